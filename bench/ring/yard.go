package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/shmring/ipc/bench"
)

// buildYard compiles the C yardsticks into dir and returns the program's path. The compiler is cc, or what
// the environment variable CC says.
func buildYard(ctx context.Context, dir string) (string, error) {
	if err := os.CopyFS(dir, bench.Yardsticks); err != nil {
		return "", err
	}
	sources, err := fs.Glob(os.DirFS(dir), "c/*.c")
	if err != nil {
		return "", err
	}
	yard := filepath.Join(dir, "yard")
	args := append([]string{"-std=gnu11", "-O3", "-march=native", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", yard}, sources...)
	cmd := exec.CommandContext(ctx, compiler(), args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return "", fmt.Errorf("the yardsticks need a C compiler (set CC to name another): %w", err)
		}
		return "", fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return yard, nil
}

func compiler() string {
	if cc := os.Getenv("CC"); cc != "" {
		return cc
	}
	return "cc"
}

// compilerVersion returns the first line of what the compiler says about itself.
func compilerVersion(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, compiler(), "--version").Output()
	if err != nil {
		return "unknown"
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}
