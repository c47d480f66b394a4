#include "go_asm.h"
#include "textflag.h"

// The kernel enters a door with the signal number in DI, *siginfo in SI, *ucontext in
// DX and the address of the restorer on top of the stack. Every register may be
// changed: returning to the restorer brings back those of the faulting instruction.
// Only what the previous handler needs is kept: DI, SI, DX, SP and BP.

#define SI_CODE  8            // in siginfo
#define SI_ADDR  16
#define ADRERR   $2           // BUS_ADRERR: the address leads to no memory

#define SYS_mmap        $9
#define SYS_sched_yield $24
#define READ_WRITE      $3        // PROT_READ|PROT_WRITE
#define ZERO_PAGES      $0x4032   // MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS|MAP_NORESERVE
#define FIRST_ERRNO     $0xfffffffffffff001

TEXT door0<>(SB), NOSPLIT|NOFRAME, $0
	XORL	R13, R13
	JMP	handle<>(SB)

TEXT door1<>(SB), NOSPLIT|NOFRAME, $0
	MOVL	$1, R13
	JMP	handle<>(SB)

TEXT door2<>(SB), NOSPLIT|NOFRAME, $0
	MOVL	$2, R13
	JMP	handle<>(SB)

TEXT door3<>(SB), NOSPLIT|NOFRAME, $0
	MOVL	$3, R13
	JMP	handle<>(SB)

// handle: R13 is the door's number.
TEXT handle<>(SB), NOSPLIT|NOFRAME, $0
	CMPL	SI_CODE(SI), ADRERR
	JNE	pass
	MOVQ	SI_ADDR(SI), R8
	LEAQ	·used(SB), R9
	MOVQ	(R9), R9                // entries left to look at
	LEAQ	·table(SB), R12
look:
	TESTQ	R9, R9
	JZ	pass
again:
	// Loads are not reordered with each other on amd64.
	MOVQ	entry_seq(R12), R10
	TESTQ	$1, R10
	JNZ	next                    // being written: not in force
	MOVQ	entry_lo(R12), R11
	MOVQ	entry_hi(R12), BX
	MOVQ	entry_flag(R12), CX
	CMPQ	entry_seq(R12), R10
	JNE	again
	CMPQ	R8, R11
	JCS	next                    // address < lo
	CMPQ	R8, BX
	JCS	found                   // address < hi
next:
	ADDQ	$entry__size, R12
	DECQ	R9
	JMP	look

found:
	MOVL	$1, (CX)                // before the memory: whoever reads zeros sees the flag
	MOVL	$const_intact, AX
	MOVL	$const_replacing, R8
	LOCK
	CMPXCHGL	R8, entry_state(R12)
	JNE	wait

	// A system call changes AX, CX and R11 only: R14 and BX keep SI and DX for pass.
	MOVQ	SI, R14
	MOVQ	BX, SI
	SUBQ	R11, SI                 // length
	MOVQ	DX, BX
	MOVQ	R11, DI
	MOVQ	READ_WRITE, DX
	MOVQ	ZERO_PAGES, R10
	MOVQ	$-1, R8
	XORL	R9, R9
	MOVL	SYS_mmap, AX
	SYSCALL
	MOVL	$7, DI                  // SIGBUS
	MOVQ	R14, SI
	MOVQ	BX, DX
	CMPQ	AX, FIRST_ERRNO
	JCC	refuse
	MOVL	$const_replaced, entry_state(R12)
	RET

refuse:
	MOVL	$const_refused, entry_state(R12)
	JMP	pass

	// Another thread is replacing the range. It runs with all signals blocked, so it
	// will not be long; let it run.
wait:
	MOVL	entry_state(R12), AX
	CMPL	AX, $const_replaced
	JEQ	done
	CMPL	AX, $const_refused
	JEQ	pass
	MOVL	SYS_sched_yield, AX
	SYSCALL
	JMP	wait
done:
	RET

pass:
	LEAQ	·previous(SB), AX
	MOVQ	(AX)(R13*8), AX
	JMP	AX

// func doorAddress(i int) uintptr
TEXT ·doorAddress(SB), NOSPLIT, $0-16
	MOVQ	i+0(FP), CX
	LEAQ	door0<>(SB), AX
	LEAQ	door1<>(SB), DX
	CMPQ	CX, $1
	CMOVQEQ	DX, AX
	LEAQ	door2<>(SB), DX
	CMPQ	CX, $2
	CMOVQEQ	DX, AX
	LEAQ	door3<>(SB), DX
	CMPQ	CX, $3
	CMOVQEQ	DX, AX
	MOVQ	AX, ret+8(FP)
	RET
