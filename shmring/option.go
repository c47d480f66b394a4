package shmring

import (
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"github.com/shmring/ipc/shmring/internal/proc"
)

// Option changes one default of Create, Open, Listen, Dial and their kin. No first program needs any. Each Option lists
// the calls that can apply it; any other call returns an [OptionError], as does a call that gets a value out of range.
type Option func(*options)

// options is the configuration of one call.
type options struct {
	call         *call
	given        optionSet
	kind         Kind
	capacity     int64
	maxRecord    int64 // 0: half the capacity
	maxProducers int
	dir          string
	mode         fs.FileMode
	schema       uint64
	wait         Wait
	checksum     bool
	prefault     bool
	hugePages    bool
	follow       bool
	readOnly     bool
	foreign      bool
	socket       string
	socketOnly   bool
	maxMessage   int64
	handshake    time.Duration
	logger       *slog.Logger
}

// has reports whether the caller gave any option of a set.
func (o *options) has(s optionSet) bool { return o.given&s != 0 }

// optionSet is a set of options.
type optionSet uint32

const (
	optKind optionSet = 1 << iota
	optCapacity
	optMaxRecord
	optMaxProducers
	optChecksum
	optDir
	optMode
	optSchema
	optWait
	optFollow
	optLogger
	optPrefault
	optHugePages
	optReadOnly
	optForeignOwner
	optSocket
	optSocketOnly
	optMaxMessage
	optHandshakeTimeout
)

// optionNames has a name for each bit of an optionSet.
var optionNames = [...]string{
	"WithKind", "WithCapacity", "WithMaxRecord", "WithMaxProducers", "WithChecksum", "WithDir", "WithMode", "WithSchema",
	"WithWait", "WithFollow", "WithLogger", "WithPrefault", "WithHugePages", "WithReadOnly", "WithForeignOwner",
	"WithSocket", "WithSocketOnly", "WithMaxMessage", "WithHandshakeTimeout",
}

// first returns the name of one option of a set that is not empty.
func (s optionSet) first() string {
	for i, name := range optionNames {
		if s&(1<<i) != 0 {
			return name
		}
	}
	return "an unknown option"
}

// call is a function of this package that takes options, and which ones it can apply.
type call struct {
	name  string
	takes optionSet
}

// What a new ring looks like, how this process maps it, and how it uses it.
const (
	shapeOptions = optKind | optCapacity | optMaxRecord | optMaxProducers | optChecksum | optSchema
	mapOptions   = optPrefault | optHugePages
	useOptions   = optWait | optFollow | optLogger
	dialOptions  = optSocket | optSocketOnly | optDir | optCapacity | optMaxMessage | optSchema | optWait | optForeignOwner |
		optHandshakeTimeout | optLogger | mapOptions
)

var (
	callCreate       = call{"Create", shapeOptions | mapOptions | useOptions | optDir | optMode}
	callOpen         = call{"Open", optKind | optSchema | mapOptions | useOptions | optDir | optReadOnly | optForeignOwner}
	callOpenOrCreate = call{"OpenOrCreate", shapeOptions | mapOptions | useOptions | optDir | optMode | optForeignOwner}
	callAnonymous    = call{"Anonymous", shapeOptions | mapOptions | useOptions}
	callFromFile     = call{"FromFile", optKind | optSchema | mapOptions | useOptions | optReadOnly | optForeignOwner}
	callHeap         = call{"Heap", shapeOptions | useOptions}
	callRemove       = call{"Remove", optDir}
	callRemoveUnused = call{"RemoveUnused", optDir}
	callList         = call{"List", optDir}
	callStaleFiles   = call{"StaleFiles", optDir}
	callDial         = call{"Dial", dialOptions}
	callListen       = call{"Listen", dialOptions | optMode | optChecksum | optMaxRecord}
	callPipe         = call{"Pipe", optCapacity | optMaxRecord | optMaxMessage | optChecksum | optWait | optLogger}
)

// optionCalls is every call that takes options.
var optionCalls = [...]*call{
	&callCreate, &callOpen, &callOpenOrCreate, &callAnonymous, &callFromFile, &callHeap, &callRemove, &callRemoveUnused, &callList, &callStaleFiles,
	&callDial, &callListen, &callPipe,
}

// collect applies opts to the defaults of a call, and refuses options that the call cannot apply and values that are out
// of range. It makes sure that the process has the descriptors without which no call can do anything.
func collect(c *call, opts []Option) (options, error) {
	o := defaults(c)
	for _, f := range opts {
		f(&o)
	}
	if o.logger == nil {
		o.logger = slog.New(slog.DiscardHandler)
	}
	if err := o.applicable(); err != nil {
		return o, err
	}
	if err := o.check(); err != nil {
		return o, err
	}
	if err := proc.StartPoller(); err != nil { // before anything of this call can make the runtime start it
		return o, fmt.Errorf("shmring: %s: %w", c.name, err)
	}
	return o, nil
}

// defaults is the configuration of a call without options.
func defaults(c *call) options {
	o := options{
		call: c, kind: SPSC, capacity: DefaultCapacity, maxProducers: DefaultMaxProducers, mode: DefaultMode,
		maxMessage: DefaultMaxMessage, handshake: defaultHandshake,
	}
	if c.takes&optMaxMessage != 0 { // it makes connections
		o.capacity = DefaultConnCapacity
	}
	return o
}

// applicable refuses options that have no effect.
func (o *options) applicable() error {
	if wrong := o.given &^ o.call.takes; wrong != 0 {
		wrong &= -wrong // one is enough
		var takers []string
		for _, c := range optionCalls {
			if c.takes&wrong != 0 {
				takers = append(takers, c.name)
			}
		}
		return &OptionError{Option: wrong.first(), Call: o.call.name, Want: strings.Join(takers, ", ")}
	}
	if wrong := o.given & (mapOptions | optFollow); o.readOnly && wrong != 0 {
		return &OptionError{Option: wrong.first(), Call: o.call.name, Want: "segments that are not opened WithReadOnly"}
	}
	return nil
}

// OptionError is an option that a call cannot apply, or a value that an option or argument cannot have. It unwraps to
// [ErrOption].
type OptionError struct {
	Option string // such as WithCapacity; or the call whose argument it is
	Call   string // the call that got the option, such as Create; may be empty
	Got    string // the value; empty if the option does not apply, whatever its value
	Want   string // the range of values, or what the option is for
}

func (e *OptionError) Error() string {
	call := ""
	if e.Call != "" {
		call = e.Call + ": "
	}
	if e.Got == "" {
		return fmt.Sprintf("shmring: %s%s does not apply (%s is for %s)", call, e.Option, e.Option, e.Want)
	}
	return fmt.Sprintf("shmring: %s%s(%s): want %s", call, e.Option, e.Got, e.Want)
}

// Unwrap returns ErrOption.
func (e *OptionError) Unwrap() error { return ErrOption }
