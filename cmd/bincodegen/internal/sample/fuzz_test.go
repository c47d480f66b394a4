package sample

import "testing"

// FuzzGeneratedCodeAndProgramAgree decodes any bytes as any type by both roads, and encodes what came out.
func FuzzGeneratedCodeAndProgramAgree(f *testing.F) {
	all := contests()
	for i, c := range all {
		b, err := c.append(nil, c.fill(newFiller(uint64(i), false)))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), b)
	}
	f.Fuzz(func(t *testing.T, which uint8, src []byte) {
		c := all[int(which)%len(all)]
		ok, err := c.decodeBoth(src, c.blank)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if !ok {
			return
		}
		v := c.blank()
		if _, err := c.decode(src, v, false); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		want, wantErr := c.append(nil, v)
		got, err := v.(generated).AppendBincode(nil)
		if string(got) != string(want) || !sameError(err, wantErr) {
			t.Fatalf("%s: %x, %v; the program %x, %v", c.name, got, err, want, wantErr)
		}
		if n, err := v.(generated).SizeBincode(); err == nil && n != len(want) {
			t.Fatalf("%s: size %d, wrote %d", c.name, n, len(want))
		}
	})
}
