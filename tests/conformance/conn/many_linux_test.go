package conn_test

import (
	"os"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

// TestAThousandIdleConnectionsCostNoThreadEach has both ends of a thousand connections in this process, a
// receiver asleep on each, then sends a message to every one of them.
func TestAThousandIdleConnectionsCostNoThreadEach(t *testing.T) {
	count := 1000
	if testing.Short() {
		count = 100
	}
	address := t.TempDir() + "/s"
	opts := []shmring.Option{shmring.WithSocket(address), shmring.WithCapacity(4096)}
	l, err := shmring.Listen("many", opts...)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	before := open(t)
	var near, far []*shmring.Conn
	defer func() {
		for _, c := range append(near, far...) {
			c.Close()
		}
	}()
	for range count {
		a, err := shmring.Dial(soon(t), "many", opts...)
		if err != nil {
			t.Fatal(err)
		}
		near = append(near, a)
		b, err := l.AcceptConn(soon(t))
		if err != nil {
			t.Fatal(err)
		}
		far = append(far, b)
	}
	if each := float64(open(t)-before) / float64(2*count); each > 5 {
		t.Errorf("%.1f descriptors for each end, want at most 5", each)
	}
	var received sync.WaitGroup
	for _, c := range far {
		received.Add(1)
		go func() {
			defer received.Done()
			if got, err := c.Recv(soon(t), nil); err != nil || len(got) != 3 {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
		}()
	}
	time.Sleep(300 * time.Millisecond) // until all are asleep
	start, cpu := time.Now(), used(t)
	time.Sleep(500 * time.Millisecond)
	t.Logf("%d idle connections: %.2f %% of a processor, %d threads, %d goroutines", count,
		100*(used(t)-cpu).Seconds()/time.Since(start).Seconds(), threads(t), runtime.NumGoroutine())
	if n := threads(t); n >= 20+runtime.GOMAXPROCS(0) {
		t.Errorf("%d threads, want fewer than 20 beside the processors'", n)
	}
	for _, c := range near {
		if err := c.Send(soon(t), []byte("hey")); err != nil {
			t.Error(err)
		}
	}
	received.Wait()
}

func used(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func threads(t *testing.T) int {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Skip("this system does not list threads")
	}
	return len(tasks)
}
