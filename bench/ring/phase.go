package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
)

// A phase says how far apart the two processors were while a sample ran. Virtual machines move between
// near and far, minutes apart, and figures of the two cannot be compared.
type phase string

const (
	near  phase = "near"  // a cache line goes there and back in less than nearBelow before and after
	far   phase = "far"   // in more, before and after
	mixed phase = "mixed" // it changed on the way: no ratio is formed
)

// nearBelow separates near from far, in nanoseconds.
const nearBelow = 200

// phaseOf judges the bounces measured before and after a sample, in nanoseconds.
func phaseOf(before, after float64) phase {
	switch {
	case before < nearBelow && after < nearBelow:
		return near
	case before >= nearBelow && after >= nearBelow:
		return far
	}
	return mixed
}

// measureBounce returns the nanoseconds that a cache line takes to the other processor and back; 0 where
// there is only one.
func measureBounce(ctx context.Context, baseline string) (float64, error) {
	out, err := exec.CommandContext(ctx, baseline, "bounce").Output()
	if err != nil {
		return 0, fmt.Errorf("bounce: %w", err)
	}
	var r struct {
		Nanoseconds float64 `json:"bounce_ns"`
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return 0, fmt.Errorf("bounce %q: %w", out, err)
	}
	return r.Nanoseconds, nil
}
