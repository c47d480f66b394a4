package futex

import "os"

// ErrTimeout says that the time allowed passed without a wake-up. It is
// os.ErrDeadlineExceeded.
var ErrTimeout = os.ErrDeadlineExceeded

// MaxWords is how many words WaitAny can watch.
const MaxWords = 128
