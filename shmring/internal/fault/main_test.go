//go:build linux && (amd64 || arm64)

package fault

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A fault that is not handled ends the process, so every scenario runs in a child:
// this test binary again, with the scenario's name in its environment.
const scenarioKey = "FAULT_TEST_SCENARIO"

// emulatorKey names the command that runs binaries of another processor, for children
// too:
//
//	FAULT_TEST_EMULATOR=qemu-aarch64-static GOARCH=arm64 go test -exec qemu-aarch64-static .
const emulatorKey = "FAULT_TEST_EMULATOR"

func TestMain(m *testing.M) {
	name := os.Getenv(scenarioKey)
	if name == "" {
		os.Exit(m.Run())
	}
	if err := scenarios[name](); err != nil {
		fmt.Println("FAILED:", err)
		os.Exit(3)
	}
	fmt.Println("SURVIVED")
}

// child runs a scenario and returns what it printed and whether it ended well.
func child(t *testing.T, scenario string, env ...string) (output string, ok bool) {
	t.Helper()
	if scenarios[scenario] == nil {
		t.Fatalf("no scenario %q", scenario)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	if emulator := os.Getenv(emulatorKey); emulator != "" {
		cmd = exec.Command(emulator, exe)
	}
	cmd.Env = append(os.Environ(), scenarioKey+"="+scenario, "TMPDIR="+t.TempDir(), "GORACE=atexit_sleep_ms=0")
	cmd.Env = append(cmd.Env, env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return fmt.Sprintf("%s(%v)", &out, err), err == nil
}

func mustSurvive(t *testing.T, scenario string, env ...string) {
	t.Helper()
	out, ok := child(t, scenario, env...)
	if !ok || !strings.Contains(out, "SURVIVED") {
		t.Fatalf("child with %v: %s", env, out)
	}
}

func mustDie(t *testing.T, scenario string) (output string) {
	t.Helper()
	out, ok := child(t, scenario)
	if ok || strings.Contains(out, "SURVIVED") || strings.Contains(out, "FAILED") {
		t.Fatalf("child should have been ended by SIGBUS: %s", out)
	}
	return out
}

// mapped is a file mapped shared, as a segment is.
type mapped struct {
	mem  []byte
	file *os.File
}

func mapTemp(size int) (*mapped, error) {
	file, err := os.CreateTemp("", "segment")
	if err != nil {
		return nil, err
	}
	os.Remove(file.Name())
	if err := file.Truncate(int64(size)); err != nil {
		return nil, err
	}
	mem, err := unix.Mmap(int(file.Fd()), 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	for i := range mem {
		mem[i] = 0xAA
	}
	return &mapped{mem: mem, file: file}, nil
}

// scenarios run in a child process of their own; nil means that it lived through it.
var scenarios = map[string]func() error{
	"load":          lose(func(m []byte) error { return wantZero(m[4096:4104]) }),
	"store":         lose(storeAndReadBack),
	"atomics":       lose(useAtomics),
	"memmove":       lose(copyOut),
	"memmoveIn":     lose(copyIn),
	"half":          loseHalf,
	"many":          manyGoroutines,
	"segments":      manySegments,
	"collector":     faultsDuringCollections,
	"keepsWritten":  writesAfterTheLossStay,
	"notifyBefore":  notifyBefore,
	"notifyAfter":   notifyAfter,
	"handlerReset":  handlerBeforeOursPutBack,
	"foreign":       foreignHandlerBeforeOurs,
	"foreignDies":   foreignHandlerAndUnguardedFault,
	"tooForeign":    tooManyForeignHandlers,
	"noHandler":     noHandlerToPassOnTo,
	"refused":       kernelRefusesMemory,
	"hardware":      signalOfAnotherCodeInRange,
	"bare":          faultWithoutGuard,
	"unguarded":     unguardedFault,
	"released":      releasedFault,
	"neighbour":     neighbourFault,
	"sentByKill":    signalSentByKill,
	"nilPointer":    nilPointerStillPanics,
	"panicOnFault":  unguardedFaultStillPanicsOnRequest,
	"lostFlagAlive": flagIsKeptAlive,
}
