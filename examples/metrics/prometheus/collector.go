// Command prometheus serves the counters of every ring on this machine at /metrics.
//
//	go run ./prometheus -listen localhost:9464
package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/shmring/ipc/shmring"
)

// collector exports the counters of all segments in the default directory, those that come later too.
type collector struct{}

// A series is one number of [shmring.Stats] under its name in Prometheus.
type series struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(shmring.Stats) uint64
}

func counter(name, help string, read func(shmring.Stats) uint64) series {
	return series{prometheus.NewDesc("shmring_"+name, help, []string{"segment"}, nil), prometheus.CounterValue, read}
}

func gauge(name, help string, read func(shmring.Stats) uint64) series {
	return series{prometheus.NewDesc("shmring_"+name, help, []string{"segment"}, nil), prometheus.GaugeValue, read}
}

func allSeries() []series {
	return []series{
		counter("sent_records_total", "Records committed.", func(s shmring.Stats) uint64 { return s.Sent }),
		counter("sent_bytes_total", "Payload bytes committed.", func(s shmring.Stats) uint64 { return s.SentBytes }),
		counter("received_records_total", "Records released.", func(s shmring.Stats) uint64 { return s.Received }),
		counter("received_bytes_total", "Payload bytes released.", func(s shmring.Stats) uint64 { return s.ReceivedBytes }),
		gauge("used_bytes", "Ring bytes not yet given back.", func(s shmring.Stats) uint64 { return s.Used }),
		gauge("high_water_bytes", "The most ring bytes in use so far.", func(s shmring.Stats) uint64 { return s.HighWater }),
		gauge("capacity_bytes", "Ring bytes.", func(s shmring.Stats) uint64 { return s.Capacity }),
		counter("full_waits_total", "Times a producer slept for room.", func(s shmring.Stats) uint64 { return s.FullWaits }),
		counter("empty_waits_total", "Times the consumer slept for records.", func(s shmring.Stats) uint64 { return s.EmptyWaits }),
		counter("data_wakes_total", "Wake-up calls to the consumer.", func(s shmring.Stats) uint64 { return s.DataWakes }),
		counter("space_wakes_total", "Wake-up calls to producers.", func(s shmring.Stats) uint64 { return s.SpaceWakes }),
		counter("recovered_total", "Unfinished records of dead producers skipped.", func(s shmring.Stats) uint64 { return s.Recovered }),
		counter("deaths_total", "Parties that ended without closing.", func(s shmring.Stats) uint64 { return s.Deaths }),
		counter("corrupt_total", "Violations of the memory format.", func(s shmring.Stats) uint64 { return s.Corrupt }),
		gauge("blocked", "1 while a living producer holds the ring up.", func(s shmring.Stats) uint64 {
			if s.Blocked != nil {
				return 1
			}
			return 0
		}),
	}
}

// Describe implements prometheus.Collector.
func (collector) Describe(out chan<- *prometheus.Desc) {
	for _, s := range allSeries() {
		out <- s.desc
	}
}

// Collect implements prometheus.Collector. It attaches to each segment for looking only.
func (collector) Collect(out chan<- prometheus.Metric) {
	infos, err := shmring.List()
	if err != nil {
		return // no directory yet: no segments
	}
	for _, info := range infos {
		seg, err := shmring.Open(info.Name, shmring.WithReadOnly(), shmring.WithForeignOwner())
		if err != nil {
			continue // removed meanwhile, or not readable for us
		}
		stats := seg.Stats()
		seg.Close()
		for _, s := range allSeries() {
			out <- prometheus.MustNewConstMetric(s.desc, s.kind, float64(s.read(stats)), info.Name)
		}
	}
}
