//go:build !race && !shmring_hooks

#include "textflag.h"

// amd64 keeps stores in order (TSO), so a plain MOV is a release store as long as no compiler moves
// it; an assembly function is one that none does.

// func Store(p *uint64, v uint64)
TEXT ·Store(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), AX
	MOVQ v+8(FP), BX
	MOVQ BX, (AX)
	RET

// func StoreBefore(p *uint64, v uint64)
TEXT ·StoreBefore(SB), NOSPLIT, $0-16
	JMP ·Store(SB)

// func Pause(n uint32)
TEXT ·Pause(SB), NOSPLIT, $0-4
	MOVL n+0(FP), CX
again:
	PAUSE
	SUBL $1, CX
	JG   again
	RET

// func copyLarge(dst, src unsafe.Pointer, n uintptr)
TEXT ·copyLarge(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX
	CLD
	REP; MOVSB
	RET
