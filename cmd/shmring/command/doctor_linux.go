package command

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

// systemFindings is what can be said about Linux.
func systemFindings(r *cli.Ring) []finding {
	dir := r.Dir
	if dir == "" {
		dir = "/dev/shm"
	}
	return []finding{
		space(dir), inodes(dir), owner(dir), leases(dir), memfd(), membarrier(), futexWaitv(), hugePages(), removeIPC(dir),
		limit("open files", unix.RLIMIT_NOFILE, 256, "every attached party takes up to three descriptors"),
		limit("file size", unix.RLIMIT_FSIZE, 1<<30, "no segment can be larger"),
		limit("address space", unix.RLIMIT_AS, 4<<30, "segments are mapped whole"),
		limit("locked memory", unix.RLIMIT_MEMLOCK, 0, ""),
	}
}

// tmpfsMagic is the type that statfs reports for file systems in memory.
const tmpfsMagic = 0x01021994

// smallSpace is what a few default rings need, in bytes: containers often have 64 MiB.
const smallSpace = 64 << 20

func space(dir string) finding {
	f := finding{Check: "memory", Verdict: fine}
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		f.Verdict, f.Found, f.Meaning = failure, fmt.Sprintf("%s: %v", dir, err), "segments need a directory in memory: mount a tmpfs there, or use --dir"
		return f
	}
	size, free := float64(st.Blocks)*float64(st.Bsize), float64(st.Bavail)*float64(st.Bsize)
	f.Found = fmt.Sprintf("%s: %s, %s free", dir, cli.Approx(size), cli.Approx(free))
	switch {
	case free < 1<<20:
		f.Verdict, f.Meaning = failure, "not enough for a ring of the default size: remove old segments (shmring gc) or give it more (containers: --shm-size)"
	case free < smallSpace:
		f.Verdict, f.Meaning = note, "little: a segment takes all its memory when it is made (containers: --shm-size)"
	case st.Type != tmpfsMagic:
		f.Verdict, f.Meaning = note, "not in memory: segments survive a restart, and the kernel writes them to disk now and then"
	}
	return f
}

// fewInodes is what a few segments need: one each, and on file systems without unnamed files a second one for a moment.
const fewInodes = 64

func inodes(dir string) finding {
	f := finding{Check: "inodes", Verdict: fine, Found: "no limit"}
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		f.Verdict, f.Found = failure, fmt.Sprintf("%s: %v", dir, err)
		return f
	}
	if st.Files == 0 {
		return f
	}
	f.Found = fmt.Sprintf("%d of %d free", st.Ffree, st.Files)
	switch {
	case st.Ffree == 0:
		f.Verdict, f.Meaning = failure, "no file can be made, whatever memory is free: remove files, or mount with a larger nr_inodes"
	case st.Ffree < fewInodes:
		f.Verdict, f.Meaning = note, "few: every segment needs one"
	}
	return f
}

func owner(dir string) finding {
	f := finding{Check: "rights", Verdict: fine}
	info, err := os.Stat(dir)
	if err != nil {
		f.Verdict, f.Found = failure, err.Error()
		return f
	}
	f.Found = fmt.Sprintf("%s is %v", dir, info.Mode())
	switch {
	case unix.Access(dir, unix.W_OK) != nil:
		f.Verdict, f.Meaning = failure, "not writable: segments can be opened here, not made"
	case info.Mode()&os.ModeSticky == 0 && info.Mode()&0o002 != 0:
		f.Verdict, f.Meaning = note, "everybody may remove everybody's segments: chmod +t"
	}
	return f
}

// leases tries the locks of the file system that the segments are in: others may lack them.
func leases(dir string) finding {
	f := finding{Check: "leases", Verdict: fine, Found: "open-file-description locks"}
	file, err := os.CreateTemp(dir, ".doctor-")
	if err == nil {
		defer os.Remove(file.Name())
		defer file.Close()
		err = unix.FcntlFlock(file.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK, Len: 1})
	}
	if err != nil {
		f.Verdict, f.Found, f.Meaning = failure, err.Error(), "who lives cannot be known: that needs Linux 3.15, and a file system that locks"
	}
	return f
}

func memfd() finding {
	f := finding{Check: "memfd", Verdict: fine, Found: "sealed anonymous segments"}
	s, err := shmring.Anonymous(shmring.WithCapacity(4096))
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		f.Verdict, f.Found, f.Meaning = note, err.Error(), "Anonymous and connections by rings do not work; named segments do"
	}
	return f
}

// Commands of membarrier(2).
const (
	membarrierQuery           = 0
	membarrierGlobalExpedited = 1 << 1
)

func membarrier() finding {
	f := finding{Check: "membarrier", Verdict: fine, Found: "expedited"}
	commands, _, errno := unix.Syscall(unix.SYS_MEMBARRIER, membarrierQuery, 0, 0)
	if errno != 0 || commands&membarrierGlobalExpedited == 0 {
		f.Verdict, f.Found, f.Meaning = note, "missing", "every record costs a full barrier, some 5 ns, so that no wake-up is lost"
	}
	return f
}

func futexWaitv() finding {
	f := finding{Check: "futex_waitv", Verdict: fine, Found: "several rings can be waited for at once"}
	if _, _, errno := unix.Syscall6(unix.SYS_FUTEX_WAITV, 0, 0, 0, 0, 0, 0); errno == unix.ENOSYS || errno == unix.EPERM {
		f.Verdict, f.Found, f.Meaning = note, "missing", "waiting for several rings polls them in turn: Linux 5.16 has it"
	}
	return f
}

func hugePages() finding {
	f := finding{Check: "huge pages", Verdict: fine}
	b, err := os.ReadFile("/sys/kernel/mm/transparent_hugepage/shmem_enabled")
	if err != nil {
		f.Verdict, f.Found, f.Meaning = note, "not known", "WithHugePages does nothing"
		return f
	}
	text := string(b)
	f.Found = strings.Trim(text[strings.Index(text, "[")+1:max(strings.Index(text, "]"), 0)], "[]")
	if f.Found == "never" || f.Found == "deny" {
		f.Verdict, f.Meaning = note, "WithHugePages does nothing for named segments: echo advise > /sys/kernel/mm/transparent_hugepage/shmem_enabled"
	}
	return f
}

// removeIPC looks whether systemd throws away a user's files in /dev/shm when that user logs out.
func removeIPC(dir string) finding {
	f := finding{Check: "RemoveIPC", Verdict: fine, Found: "segments stay when their user logs out"}
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		f.Found = "no systemd: " + f.Found
		return f
	}
	value := "yes" // the default
	files, _ := filepath.Glob("/etc/systemd/logind.conf.d/*.conf")
	for _, path := range append([]string{"/etc/systemd/logind.conf"}, files...) {
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(b)) {
			if v, ok := strings.CutPrefix(strings.TrimSpace(line), "RemoveIPC="); ok {
				value = strings.ToLower(v)
			}
		}
	}
	if value == "no" || value == "0" || value == "false" || os.Geteuid() < 1000 || !strings.HasPrefix(dir, "/dev/shm") {
		return f
	}
	f.Verdict, f.Found = note, "logind removes a user's segments at the last logout"
	f.Meaning = "run services as a system user, or set RemoveIPC=no in /etc/systemd/logind.conf, or loginctl enable-linger"
	return f
}

// limit reports a resource limit, with a note when it is below enough.
func limit(name string, resource int, enough uint64, meaning string) finding {
	f := finding{Check: name, Verdict: fine}
	var l unix.Rlimit
	if err := unix.Getrlimit(resource, &l); err != nil {
		f.Verdict, f.Found = note, err.Error()
		return f
	}
	f.Found = fmt.Sprint(l.Cur)
	if l.Cur == unix.RLIM_INFINITY {
		f.Found = "unlimited"
		return f
	}
	if resource != unix.RLIMIT_NOFILE {
		f.Found = cli.Approx(float64(l.Cur))
	}
	if l.Cur < enough {
		f.Verdict, f.Meaning = note, meaning
	}
	return f
}
