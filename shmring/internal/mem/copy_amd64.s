//go:build !race && !shmring_hooks

#include "textflag.h"

// These make the widest stores that there are, on their natural boundaries: how many lines a processor's store buffer
// writes in a given time hardly depends on how much of each is written, and a store across two lines counts
// twice. The registers from 16 on need no VZEROUPPER.

// From LARGE bytes on REP MOVSB between cores beats every other copy: it does not fetch the lines whole that it
// overwrites.
#define LARGE 16384

// func copyWide(dst, src unsafe.Pointer, n uint64)
//
// The first block and the last ones are loaded first and stored as they come, and may share bytes with
// their neighbours; between them lie aligned blocks.
TEXT ·copyWide(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX
	CMPQ CX, $LARGE
	JAE  large
	CMPB ·width(SB), $64
	JNE  ymm

	VMOVDQU64 (SI), Z16
	VMOVDQU64 -64(SI)(CX*1), Z17
	VMOVDQU64 Z16, (DI)
	LEAQ      -64(DI)(CX*1), R9 // where the last 64 bytes go
	LEAQ      64(DI), R8
	ANDQ      $-64, R8
	SUBQ      DI, SI
	ADDQ      R8, SI            // as far into the source as R8 is into the destination
	LEAQ      -192(R9), R10     // from here on there are less than four blocks
	CMPQ      R8, R10
	JAE       zmmone
zmmfour:
	VMOVDQU64 (SI), Z20
	VMOVDQU64 64(SI), Z21
	VMOVDQU64 128(SI), Z22
	VMOVDQU64 192(SI), Z23
	VMOVDQA64 Z20, (R8)
	VMOVDQA64 Z21, 64(R8)
	VMOVDQA64 Z22, 128(R8)
	VMOVDQA64 Z23, 192(R8)
	ADDQ      $256, SI
	ADDQ      $256, R8
	CMPQ      R8, R10
	JB        zmmfour
zmmone:
	CMPQ      R8, R9
	JAE       zmmlast
	VMOVDQU64 (SI), Z20
	VMOVDQA64 Z20, (R8)
	ADDQ      $64, SI
	ADDQ      $64, R8
	JMP       zmmone
zmmlast:
	VMOVDQU64 Z17, (R9)
	RET

ymm:
	VMOVDQU (SI), Y0
	VMOVDQU -64(SI)(CX*1), Y2
	VMOVDQU -32(SI)(CX*1), Y3
	VMOVDQU Y0, (DI)
	LEAQ    -64(DI)(CX*1), R9
	LEAQ    32(DI), R8
	ANDQ    $-32, R8
	SUBQ    DI, SI
	ADDQ    R8, SI
	CMPQ    R8, R9
	JAE     ymmlast
ymmtwo:
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1
	VMOVDQA Y0, (R8)
	VMOVDQA Y1, 32(R8)
	ADDQ    $64, SI
	ADDQ    $64, R8
	CMPQ    R8, R9
	JB      ymmtwo
ymmlast:
	VMOVDQU Y2, (R9)
	VMOVDQU Y3, 32(R9)
	VZEROUPPER
	RET

large:
	CLD
	REP; MOVSB
	RET

// func zeroLines(p unsafe.Pointer, n uint64)
TEXT ·zeroLines(SB), NOSPLIT, $0-16
	MOVQ    p+0(FP), DI
	MOVQ    n+8(FP), CX
	ADDQ    DI, CX
	VPXORQ  Z16, Z16, Z16
line:
	VMOVDQA64 Z16, (DI)
	ADDQ    $64, DI
	CMPQ    DI, CX
	JB      line
	RET

// func Pause(n uint32)
TEXT ·Pause(SB), NOSPLIT, $0-4
	MOVL n+0(FP), CX
again:
	PAUSE
	SUBL $1, CX
	JG   again
	RET
