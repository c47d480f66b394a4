//go:build linux && (amd64 || arm64)

package fault

import (
	"encoding/binary"
	"os"
	"runtime"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// word returns the 64-bit word at mem[off] for atomic use.
func word(mem []byte, off int) *atomic.Uint64 {
	_ = mem[off : off+8]
	// SAFETY: eight bytes lie inside mem (checked above), and tests pass offsets that
	// are multiples of 8 from the beginning of a page.
	return (*atomic.Uint64)(unsafe.Pointer(&mem[off]))
}

// passingOn makes a signal handler of machine code that does nothing but jump to next.
func passingOn(next uintptr) (handler uintptr, err error) {
	code, err := unix.Mmap(-1, 0, unix.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return 0, err
	}
	var text []byte
	switch runtime.GOARCH {
	case "amd64":
		text = append(text, 0x48, 0xB8) // MOVQ $next, AX
		text = binary.LittleEndian.AppendUint64(text, uint64(next))
		text = append(text, 0xFF, 0xE0) // JMP AX
	case "arm64":
		text = binary.LittleEndian.AppendUint32(text, 0x58000043) // MOVD 8(PC), R3
		text = binary.LittleEndian.AppendUint32(text, 0xD61F0060) // JMP (R3)
		text = binary.LittleEndian.AppendUint64(text, uint64(next))
	}
	copy(code, text)
	// SAFETY: the pointer is only turned into a number; the page is never unmapped.
	return uintptr(unsafe.Pointer(&code[0])), unix.Mprotect(code, unix.PROT_READ|unix.PROT_EXEC)
}

// sendBus sends this thread SIGBUS with a code and an address of our choice, as the
// kernel would send it: nobody may do that but a thread to itself.
func sendBus(code int32, mem []byte) error {
	var info [128]byte // siginfo: signal, errno, code, padding, address
	binary.NativeEndian.PutUint32(info[0:], uint32(unix.SIGBUS))
	binary.NativeEndian.PutUint32(info[8:], uint32(code))
	binary.NativeEndian.PutUint64(info[16:], uint64(address(mem)))
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// SAFETY: the conversion stands in the call itself; the kernel reads 128 bytes.
	_, _, errno := unix.Syscall6(unix.SYS_RT_TGSIGQUEUEINFO, uintptr(unix.Getpid()), uintptr(unix.Gettid()),
		uintptr(unix.SIGBUS), uintptr(unsafe.Pointer(&info)), 0, 0)
	if errno != 0 {
		return os.NewSyscallError("rt_tgsigqueueinfo", errno)
	}
	return nil
}
