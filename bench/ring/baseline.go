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

// buildBaseline compiles the C baselines into dir and returns the program's path. The compiler is cc, or what
// the environment variable CC says.
func buildBaseline(ctx context.Context, dir string) (string, error) {
	if err := os.CopyFS(dir, bench.Baselines); err != nil {
		return "", err
	}
	sources, err := fs.Glob(os.DirFS(dir), "c/*.c")
	if err != nil {
		return "", err
	}
	baseline := filepath.Join(dir, "baseline")
	args := append([]string{"-std=gnu11", "-O3", "-march=native", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", baseline}, sources...)
	cmd := exec.CommandContext(ctx, compiler(), args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return "", fmt.Errorf("the baselines need a C compiler (set CC to name another): %w", err)
		}
		return "", fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return baseline, nil
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
