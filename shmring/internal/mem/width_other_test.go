//go:build (!amd64 || race) && !shmring_hooks

package mem

import "testing"

func eachWidth(t *testing.T, f func(t *testing.T)) { f(t) }
