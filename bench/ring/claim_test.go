package main

import (
	"slices"
	"testing"
)

// sampled returns a sample of one entry whose throughput is the given number of millions a second.
func sampled(entry string, round int, p phase, millions uint64) sample {
	return sample{Entry: entry, Round: round, Phase: p, Report: report{Records: millions * 1e6, Seconds: 1}}
}

func ratioClaim(rivals ...string) claim {
	return claim{text: "c", metric: throughput(), subject: "ours", rivals: rivals, goal: 0.5}
}

func verdictsOf(vs []verdict) (out []string) {
	for _, v := range vs {
		out = append(out, string(v.Phase)+" "+v.Verdict)
	}
	return out
}

func TestClaimPairsOnlySamplesOfOneRoundAndOnePhase(t *testing.T) {
	samples := []sample{
		sampled("ours", 0, near, 60), sampled("c", 0, near, 100),
		sampled("ours", 1, near, 60), sampled("c", 1, far, 1),
		sampled("ours", 2, mixed, 60), sampled("c", 2, mixed, 1),
		sampled("ours", 3, far, 4), sampled("c", 3, far, 10),
	}
	got := ratioClaim("c").judge(samples)
	if want := []string{"near met", "far missed"}; !slices.Equal(verdictsOf(got), want) {
		t.Fatalf("got %v, want %v", verdictsOf(got), want)
	}
	if got[0].Value != 0.6 || got[0].Pairs != 1 || got[1].Value != 0.4 || got[1].Pairs != 1 {
		t.Errorf("got %+v, want 0.6 and 0.4 from one pair each", got)
	}
}

func TestClaimIsUnsettledWithoutAPair(t *testing.T) {
	got := ratioClaim("c").judge([]sample{sampled("ours", 0, near, 60), sampled("c", 0, far, 10)})
	if want := []string{"mixed unsettled"}; !slices.Equal(verdictsOf(got), want) {
		t.Errorf("got %v, want %v", verdictsOf(got), want)
	}
}

func TestClaimIsUnsettledWhenOneOfTheRivalsIsMissing(t *testing.T) {
	got := ratioClaim("c", "d").judge([]sample{sampled("ours", 0, near, 60), sampled("c", 0, near, 10)})
	if want := []string{"mixed unsettled"}; !slices.Equal(verdictsOf(got), want) {
		t.Errorf("got %v, want %v", verdictsOf(got), want)
	}
}

func TestClaimHoldsTheSubjectAgainstTheBestRival(t *testing.T) {
	samples := []sample{sampled("ours", 0, near, 40), sampled("c", 0, near, 50), sampled("d", 0, near, 100)}
	if got := ratioClaim("c", "d").judge(samples); got[0].Value != 0.4 || got[0].Verdict != missed {
		t.Errorf("at least: got %+v, want 0.4, missed", got[0])
	}
	most := ratioClaim("c", "d")
	most.atMost, most.goal = true, 0.7
	if got := most.judge(samples); got[0].Value != 0.8 || got[0].Verdict != missed {
		t.Errorf("at most: got %+v, want 0.8, missed", got[0])
	}
}

func TestClaimOfADifferenceTakesOffTheAllowance(t *testing.T) {
	c := claim{metric: resident(), subject: "ours", rivals: []string{"idle"}, differ: true, less: 1, goal: 2, atMost: true}
	samples := []sample{
		{Entry: "ours", Phase: near, Report: report{RSS: 9 << 20}},
		{Entry: "idle", Phase: near, Report: report{RSS: 5 << 20}},
	}
	if got := c.judge(samples); got[0].Value != 3 || got[0].Verdict != missed {
		t.Errorf("got %+v, want 3, missed", got[0])
	}
}

func TestClaimWithoutRivalsHoldsTheFigureItself(t *testing.T) {
	c := claim{metric: firstLap(), subject: "ours", goal: 2, atMost: true}
	s := sample{Entry: "ours", Phase: far, Report: report{Laps: []float64{3, 2, 1, 2}}}
	if got := c.judge([]sample{s}); got[0].Value != 1.5 || got[0].Verdict != met || got[0].Phase != far {
		t.Errorf("got %+v, want 1.5, met, far", got[0])
	}
	s.Report.Laps = s.Report.Laps[:1]
	if got := c.judge([]sample{s}); got[0].Verdict != unsettled {
		t.Errorf("with one lap: got %+v, want unsettled", got[0])
	}
}

func TestEveryClaimNamesEntriesOfItsLine(t *testing.T) {
	for _, l := range suite(lengths{stream: 1, idle: 1, burst: 1, laps: 1}, "adaptive") {
		labels := make(map[string]bool)
		for _, e := range l.entries {
			if labels[e.label] {
				t.Errorf("%s: two entries %q", l.title, e.label)
			}
			labels[e.label] = true
		}
		for _, c := range l.claims {
			for _, name := range append([]string{c.subject}, c.rivals...) {
				if !labels[name] {
					t.Errorf("%s: claim %q names %q, which is not in the line", l.title, c.text, name)
				}
			}
		}
	}
}
