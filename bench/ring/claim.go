package main

import "math"

// A claim is one goal: a figure of the subject against a figure of its rivals.
type claim struct {
	text    string
	metric  metric
	subject string   // label of an entry
	rivals  []string // labels; the figure is the worst of the ratios; none: the figure itself counts
	less    float64  // with a rival: the figure is the difference, less this much, instead of a ratio
	differ  bool     // the figure is a difference
	goal    float64
	atMost  bool
}

// A verdict is a claim held against the samples of one phase.
type verdict struct {
	Claim   string  `json:"claim"`
	Phase   phase   `json:"phase"`
	Value   float64 `json:"value"`
	Goal    float64 `json:"goal"`
	AtMost  bool    `json:"at_most"`
	Pairs   int     `json:"pairs"` // interleaved samples of one phase behind the value
	Verdict string  `json:"verdict"`
}

// The verdicts.
const (
	met       = "met"
	missed    = "missed"
	unsettled = "unsettled" // no two samples of the same phase stood side by side
)

// judge returns the verdicts of c, one for each phase that has samples of the subject and of all rivals from the
// same rounds; if there is none, a single unsettled one.
func (c claim) judge(samples []sample) []verdict {
	var verdicts []verdict
	for _, p := range []phase{near, far} {
		value, pairs := c.value(samples, p)
		if pairs == 0 || math.IsNaN(value) || math.IsInf(value, 0) {
			continue
		}
		v := verdict{Claim: c.text, Phase: p, Value: value, Goal: c.goal, AtMost: c.atMost, Pairs: pairs, Verdict: missed}
		if value >= c.goal && !c.atMost || value <= c.goal && c.atMost {
			v.Verdict = met
		}
		verdicts = append(verdicts, v)
	}
	if verdicts == nil {
		return []verdict{{Claim: c.text, Phase: mixed, Goal: c.goal, AtMost: c.atMost, Verdict: unsettled}}
	}
	return verdicts
}

// value returns the figure in phase p and how many pairs of samples it rests on, the fewest of any rival.
func (c claim) value(samples []sample, p phase) (value float64, pairs int) {
	if len(c.rivals) == 0 {
		var own []float64
		for _, s := range samples {
			if s.Entry == c.subject && s.Phase == p {
				own = append(own, c.metric.value(s))
			}
		}
		return median(own), len(own)
	}
	for i, rival := range c.rivals {
		figures := c.paired(samples, rival, p)
		v := median(figures)
		if i == 0 || v < value && !c.atMost || v > value && c.atMost || math.IsNaN(v) {
			value = v
		}
		if i == 0 || len(figures) < pairs {
			pairs = len(figures)
		}
	}
	return value, pairs
}

// paired returns the subject's figure against the rival's for every round in which both ran in phase p.
func (c claim) paired(samples []sample, rival string, p phase) []float64 {
	own := make(map[int]float64)
	for _, s := range samples {
		if s.Entry == c.subject && s.Phase == p {
			own[s.Round] = c.metric.value(s)
		}
	}
	var figures []float64
	for _, s := range samples {
		mine, ok := own[s.Round]
		switch {
		case !ok || s.Entry != rival || s.Phase != p:
		case c.differ:
			figures = append(figures, mine-c.metric.value(s)-c.less)
		default:
			figures = append(figures, mine/c.metric.value(s))
		}
	}
	return figures
}
