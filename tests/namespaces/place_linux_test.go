package namespaces

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// place is where the second process runs.
type place struct {
	name       string
	namespaces uintptr // of clone(2)
	setup      string  // in setups: what the process does first
}

// places can each hold either end of a ring.
var places = []place{
	{name: "the same place", setup: "nothing"},
	{name: "another pid namespace", namespaces: syscall.CLONE_NEWPID, setup: "nothing"},
	{name: "another pid namespace with its own proc", namespaces: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS, setup: "own proc"},
	{name: "another ipc namespace", namespaces: syscall.CLONE_NEWIPC, setup: "nothing"},
	{name: "another user namespace", namespaces: syscall.CLONE_NEWUSER, setup: "nothing"},
	{name: "another time namespace", setup: "time namespace"},
	{name: "all of them", namespaces: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS | syscall.CLONE_NEWNET, setup: "own proc"},
	{name: "no proc", namespaces: syscall.CLONE_NEWNS, setup: "no proc"},
	{name: "chroot", setup: "chroot"},
	{name: "no membarrier", setup: "no membarrier"},
	{name: "no futex_waitv", setup: "no futex_waitv"},
	{name: "no pidfd_open", setup: "no pidfd_open"},
	{name: "few descriptors", setup: "few descriptors"},
	{name: "no locked memory", setup: "no locked memory"},
}

// errNoPlace begins what a process says that has no right to go where it should.
var errNoPlace = errors.New("no way into this place")

// setups are what a process does before its role.
var setups = map[string]func() error{
	"nothing":        func() error { return nil },
	"own proc":       ownProc,
	"time namespace": timeNamespace,
	"no proc": func() error {
		return into(privateMounts(), unix.Unmount("/proc", unix.MNT_DETACH))
	},
	"no proc, nobody": func() error { // unnamed files cannot be given a name
		return into(privateMounts(), unix.Unmount("/proc", unix.MNT_DETACH), syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody))
	},
	"chroot": func() error {
		err := unix.Chroot(os.Args[1])
		os.Args[1] = "/"
		return into(err)
	},
	"no membarrier":    func() error { return into(deny(unix.SYS_MEMBARRIER, unix.EPERM)) },
	"no futex_waitv":   func() error { return into(deny(unix.SYS_FUTEX_WAITV, unix.ENOSYS)) },
	"no pidfd_open":    func() error { return into(deny(unix.SYS_PIDFD_OPEN, unix.EPERM)) },
	"few descriptors":  func() error { return into(setLimit(unix.RLIMIT_NOFILE, 24)) },
	"no locked memory": func() error { return into(setLimit(unix.RLIMIT_MEMLOCK, 0)) },
	"small files":      func() error { return into(setLimit(unix.RLIMIT_FSIZE, 4096)) },
	"hidden processes": hiddenProcesses,
	"few bytes":        func() error { return fullFiles("size=256k") },
	"few inodes":       func() error { return fullFiles("size=64m,nr_inodes=1") },
}

// into marks errors on the way into a place, so that the test skips and says why.
func into(errs ...error) error {
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%w: %w", errNoPlace, err)
	}
	return nil
}

func privateMounts() error { return unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") }

func ownProc() error {
	return into(privateMounts(), unix.Mount("proc", "/proc", "proc", 0, ""))
}

// hiddenProcesses makes /proc show a user only what is his, and becomes a user who has nothing.
func hiddenProcesses() error {
	return into(privateMounts(), unix.Mount("proc", "/proc", "proc", 0, "hidepid=2"),
		syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody))
}

// fullFiles makes the directory a file system with little room.
func fullFiles(options string) error {
	return into(privateMounts(), unix.Mount("tmpfs", os.Args[1], "tmpfs", 0, options))
}

const nobody = 65534

// The offsets of a time namespace can only be set for the first thread.
func init() {
	if os.Getenv(setupVar) == "time namespace" {
		runtime.LockOSThread()
	}
}

// timeNamespace starts this program again with clocks that run ahead by eleven days.
func timeNamespace() error {
	err := unix.Unshare(unix.CLONE_NEWTIME)
	if err == nil {
		err = os.WriteFile("/proc/self/timens_offsets", []byte("monotonic 1000000 0\nboottime 1000000 0\n"), 0)
	}
	if err != nil {
		return into(err)
	}
	os.Setenv(setupVar, "nothing")
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return into(syscall.Exec(self, os.Args, os.Environ()))
}

func setLimit(resource int, n uint64) error {
	return unix.Setrlimit(resource, &unix.Rlimit{Cur: n, Max: n})
}
