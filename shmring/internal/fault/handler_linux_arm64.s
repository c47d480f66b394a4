#include "go_asm.h"
#include "textflag.h"

// The kernel enters a door with the signal number in R0, *siginfo in R1, *ucontext in
// R2 and the address of the restorer in the link register. Every register may be
// changed: returning to the restorer brings back those of the faulting instruction.
// Only what the previous handler needs is kept: R0 to R2, R18 and up.

#define SI_CODE  8            // in siginfo
#define SI_ADDR  16
#define ADRERR   $2           // BUS_ADRERR: the address leads to no memory

#define SYS_mmap        $222
#define SYS_sched_yield $124
#define READ_WRITE      $3        // PROT_READ|PROT_WRITE
#define ZERO_PAGES      $0x4032   // MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS|MAP_NORESERVE

TEXT door0<>(SB), NOSPLIT|NOFRAME, $0
	MOVD	$0, R15
	JMP	handle<>(SB)

TEXT door1<>(SB), NOSPLIT|NOFRAME, $0
	MOVD	$1, R15
	JMP	handle<>(SB)

TEXT door2<>(SB), NOSPLIT|NOFRAME, $0
	MOVD	$2, R15
	JMP	handle<>(SB)

TEXT door3<>(SB), NOSPLIT|NOFRAME, $0
	MOVD	$3, R15
	JMP	handle<>(SB)

// handle: R15 is the door's number.
TEXT handle<>(SB), NOSPLIT|NOFRAME, $0
	MOVW	SI_CODE(R1), R3
	CMPW	ADRERR, R3
	BNE	pass
	MOVD	SI_ADDR(R1), R4
	MOVD	$·used(SB), R5
	LDAR	(R5), R5                // entries left to look at
	MOVD	$·table(SB), R6
look:
	CBZ	R5, pass
again:
	LDAR	(R6), R7                // entry_seq; pairs with set: the fields come after
	TBNZ	$0, R7, next            // being written: not in force
	MOVD	entry_lo(R6), R9
	MOVD	entry_hi(R6), R10
	MOVD	entry_flag(R6), R11
	DMB	$0x9                    // ISHLD: the fields come before the second look
	MOVD	entry_seq(R6), R12
	CMP	R7, R12
	BNE	again
	CMP	R9, R4
	BLO	next                    // address < lo
	CMP	R10, R4
	BLO	found                   // address < hi
next:
	ADD	$entry__size, R6
	SUB	$1, R5
	JMP	look

found:
	MOVW	$1, R12
	STLRW	R12, (R11)              // before the memory: whoever reads zeros sees the flag
	ADD	$entry_state, R6, R13
	MOVW	$const_replacing, R12
swap:
	LDAXRW	(R13), R14
	CBNZW	R14, wait               // no longer const_intact, which is 0
	STLXRW	R12, (R13), R14
	CBNZW	R14, swap

	// A system call changes R0 only: R6, R7 and R14 keep the arguments for pass.
	MOVD	R0, R14
	MOVD	R1, R6
	MOVD	R2, R7
	MOVD	R9, R0
	SUB	R9, R10, R1
	MOVD	READ_WRITE, R2
	MOVD	ZERO_PAGES, R3
	MOVD	$-1, R4
	MOVD	$0, R5
	MOVD	SYS_mmap, R8
	SVC
	CMN	$4095, R0
	BCS	refuse                  // -4095 to -1
	MOVW	$const_replaced, R12
	STLRW	R12, (R13)
	RET

refuse:
	MOVW	$const_refused, R12
	STLRW	R12, (R13)
	MOVD	R14, R0
	MOVD	R6, R1
	MOVD	R7, R2
	JMP	pass

	// Another thread is replacing the range. It runs with all signals blocked, so it
	// will not be long; let it run.
wait:
	MOVD	R0, R14
rest:
	LDARW	(R13), R12
	CMPW	$const_replaced, R12
	BEQ	done
	CMPW	$const_refused, R12
	BEQ	late
	MOVD	SYS_sched_yield, R8
	SVC
	JMP	rest
done:
	RET
late:
	MOVD	R14, R0

pass:
	MOVD	$·previous(SB), R3
	MOVD	(R3)(R15<<3), R3
	JMP	(R3)

// func doorAddress(i int) uintptr
TEXT ·doorAddress(SB), NOSPLIT, $0-16
	MOVD	i+0(FP), R0
	MOVD	$door0<>(SB), R1
	MOVD	$door1<>(SB), R2
	CMP	$1, R0
	CSEL	EQ, R2, R1, R1
	MOVD	$door2<>(SB), R2
	CMP	$2, R0
	CSEL	EQ, R2, R1, R1
	MOVD	$door3<>(SB), R2
	CMP	$3, R0
	CSEL	EQ, R2, R1, R1
	MOVD	R1, ret+8(FP)
	RET
