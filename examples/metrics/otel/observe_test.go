package otel

import (
	"testing"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/shmring/ipc/shmring"
)

func TestTheInstrumentsShowWhatTheSegmentCounts(t *testing.T) {
	seg, err := shmring.Heap()
	if err != nil {
		t.Fatal(err)
	}
	defer seg.Close()
	p, err := seg.Producer()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.TrySend([]byte("record")); err != nil {
		t.Fatal(err)
	}

	reader := metric.NewManualReader()
	meters := metric.NewMeterProvider(metric.WithReader(reader))
	registration, err := Observe(meters.Meter("test"), seg)
	if err != nil {
		t.Fatal(err)
	}
	defer registration.Unregister()
	var seen metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &seen); err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, m := range seen.ScopeMetrics[0].Metrics {
		switch data := m.Data.(type) {
		case metricdata.Sum[int64]:
			got[m.Name] = data.DataPoints[0].Value
		case metricdata.Gauge[int64]:
			got[m.Name] = data.DataPoints[0].Value
		}
	}
	want := map[string]int64{"shmring.sent": 1, "shmring.received": 0, "shmring.used": 16, "shmring.deaths": 0}
	for name, n := range want {
		if value, found := got[name]; !found || value != n {
			t.Errorf("%s is %d, %v, want %d", name, value, found, n)
		}
	}
}
