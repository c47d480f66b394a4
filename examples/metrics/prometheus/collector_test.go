package main

import (
	"fmt"
	"os"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/shmring/ipc/shmring"
)

func TestTheCollectorExportsEverySegmentOfTheMachine(t *testing.T) {
	name := fmt.Sprintf("prometheus-%d", os.Getpid())
	seg, err := shmring.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer shmring.Remove(name)
	defer seg.Close()
	p, err := seg.Producer()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.TrySend([]byte("twelve bytes")); err != nil {
		t.Fatal(err)
	}

	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(collector{})
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if m.GetLabel()[0].GetValue() == name {
				got[f.GetName()] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	if len(got) != len(allSeries()) {
		t.Errorf("%d series, want %d", len(got), len(allSeries()))
	}
	for series, want := range map[string]float64{"shmring_sent_records_total": 1, "shmring_sent_bytes_total": 12, "shmring_capacity_bytes": 1 << 20} {
		if got[series] != want {
			t.Errorf("%s is %v, want %v", series, got[series], want)
		}
	}
}
