package shmring_test

import (
	"encoding/json"
	"expvar"
	"fmt"

	"github.com/shmring/ipc/shmring"
)

// One line exports a ring's counters to expvar, which serves them as JSON at /debug/vars.
func ExampleSegment_Stats_expvar() {
	seg, err := shmring.Heap()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer seg.Close()

	expvar.Publish("feed", expvar.Func(func() any { return seg.Stats() }))

	var seen shmring.Stats
	if err := json.Unmarshal([]byte(expvar.Get("feed").String()), &seen); err != nil {
		fmt.Println(err)
	}
	fmt.Println("capacity", seen.Capacity)
	// Output: capacity 1048576
}
