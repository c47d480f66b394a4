// Package metrics shows how a ring's counters reach a monitoring system. It is a module of its own, so that
// programs which use shmring do not depend on any of these systems.
//
//	prometheus/  a prometheus.Collector
//	otel/        observable instruments of OpenTelemetry
//
// Both read Segment.Stats when they are asked and never in between: a ring that nobody looks at costs
// nothing. The counters lie in the segment, so any process may export them, one that only looks as well
// (shmring.WithReadOnly).
package metrics
