// Package otel registers the counters of a segment as observable instruments of OpenTelemetry.
package otel

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/shmring/ipc/shmring"
)

// Observe exports the counters of seg through meter until the registration that it returns is
// unregistered, which must happen before seg is closed.
func Observe(meter metric.Meter, seg *shmring.Segment) (metric.Registration, error) {
	name := metric.WithAttributes(attribute.String("segment", seg.Info().Name))
	sent, err := meter.Int64ObservableCounter("shmring.sent", metric.WithUnit("{record}"), metric.WithDescription("Records committed."))
	if err != nil {
		return nil, err
	}
	received, err := meter.Int64ObservableCounter("shmring.received", metric.WithUnit("{record}"), metric.WithDescription("Records released."))
	if err != nil {
		return nil, err
	}
	used, err := meter.Int64ObservableGauge("shmring.used", metric.WithUnit("By"), metric.WithDescription("Ring bytes not yet given back."))
	if err != nil {
		return nil, err
	}
	deaths, err := meter.Int64ObservableCounter("shmring.deaths", metric.WithUnit("{party}"), metric.WithDescription("Parties that ended without closing."))
	if err != nil {
		return nil, err
	}
	read := func(_ context.Context, o metric.Observer) error {
		s := seg.Stats()
		o.ObserveInt64(sent, int64(s.Sent), name)
		o.ObserveInt64(received, int64(s.Received), name)
		o.ObserveInt64(used, int64(s.Used), name)
		o.ObserveInt64(deaths, int64(s.Deaths), name)
		return nil
	}
	return meter.RegisterCallback(read, sent, received, used, deaths)
}
