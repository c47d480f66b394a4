//go:build shmring_hooks

package model

// refute looks for a shortest way to a violation, breadth first, in at most limit states. It does not see
// where nobody can come to a good end: explore does.
func refute(sc *scene, limit int) (*report, error) {
	y, s, err := newSystem(sc)
	r := &report{}
	if v, ok := err.(*violation); ok {
		r.trouble = v.text
		return r, nil
	} else if err != nil {
		return nil, err
	}
	type origin struct {
		from int32
		move move
	}
	type open struct {
		state state
		at    int32
	}
	from := []origin{{from: -1}}
	seen := newTable()
	seen.set(s.fingerprint(len(y.names), len(sc.threads)), 1)
	queue := []open{{*s, 0}}
	for len(queue) > 0 && r.trouble == "" && len(from) < limit {
		o := queue[0]
		queue = queue[1:]
		for _, mv := range y.moves(&o.state) {
			r.moves++
			next := o.state
			if _, r.trouble = y.apply(&next, mv); r.trouble != "" {
				path := []move{mv}
				for i := o.at; from[i].from >= 0; i = from[i].from {
					path = append([]move{from[i].move}, path...)
				}
				r.trace = y.trace(path)
				break
			}
			key := next.fingerprint(len(y.names), len(sc.threads))
			if _, known := seen.get(key); !known {
				seen.set(key, 1)
				queue = append(queue, open{next, int32(len(from))})
				from = append(from, origin{o.at, mv})
			}
		}
	}
	r.states, r.nodes, r.runs = len(from), len(y.nodes), y.runs
	r.full = len(queue) == 0 && r.trouble == ""
	return r, nil
}
