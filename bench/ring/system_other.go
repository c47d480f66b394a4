//go:build !linux

package main

import "errors"

// The baselines sleep in Linux futexes and the driver reads /proc: elsewhere every sample says so.

const sharedMemoryDir = ""

func used() (float64, uint64, error) { return 0, 0, errors.ErrUnsupported }
func residentBytes() (uint64, error) { return 0, errors.ErrUnsupported }
func makePipe(string) error          { return errors.ErrUnsupported }
func processor() string              { return "unknown" }
func kernel() string                 { return "unknown" }
func load() string                   { return "unknown" }
