package main

// A Go channel between two goroutines of one process. Like the rings it copies in and copies out: into
// slots of one block of memory, of which the channel carries the slices. The slots outnumber the channel's
// capacity by two, so that the one being filled is never the one being emptied.

func channelSlots(j job, capacity int) (c chan []byte, slots [][]byte) {
	memory := make([]byte, (capacity+2)*j.Size)
	for i := range capacity + 2 {
		slots = append(slots, memory[i*j.Size:(i+1)*j.Size])
	}
	return make(chan []byte, capacity), slots
}

func channelStream(j job, s *stage) (report, error) {
	c, slots := channelSlots(j, max(1, j.Capacity/j.Size))
	script, check, record := newScript(j), newCheck(j), make([]byte, j.Size)
	if err := s.start(); err != nil {
		return report{}, err
	}
	go func() {
		slot := 0
		script.start()
		for records := script.next(); records != nil; records = script.next() {
			for _, r := range records {
				copy(slots[slot], r)
				c <- slots[slot]
				if slot++; slot == len(slots) {
					slot = 0
				}
			}
		}
	}()
	for over := false; !over; over = check.record(record) {
		copy(record, <-c)
	}
	return check.report(), nil
}

func channelRoundTrip(j job, s *stage) (report, error) {
	there, _ := channelSlots(j, 0)
	back, _ := channelSlots(j, 0)
	trips, in, record, answer := newTrips(j), make([]byte, j.Size), make([]byte, j.Size), make([]byte, j.Size)
	go func() {
		for over := false; !over; over = last(record) {
			copy(record, <-there)
			back <- record
		}
	}()
	if err := s.start(); err != nil {
		return report{}, err
	}
	trips.start()
	for out := trips.next(); out != nil; out = trips.next() {
		copy(in, out)
		there <- in
		copy(answer, <-back)
		trips.answer(answer)
	}
	return trips.keep(j)
}
