// Package json puts encoding/json behind [codec.Codec], for records that people or other languages
// read. It is slow: package bincode is the one for rings under load.
//
//	c := json.Of[Order]()
//	buf, err = c.Append(buf[:0], &order)
//	err = c.Decode(buf, &order)
//
// The text is that of encoding/json with HTML escaping off and without a final newline: struct tags,
// MarshalJSON, MarshalText and sorted map keys work as they do there.
//
// What differs from the other formats, because JSON or its library is so:
//
//   - Size encodes into a counter: it costs as much time as Append, but keeps no text.
//   - Append allocates inside encoding/json whatever the capacity of dst; the text itself is copied
//     straight into dst, which is never grown for bytes that do not stay.
//   - JSON text holds no raw strings, so DecodeBorrow is Decode: nothing ever aliases the source.
//   - Strings that are not UTF-8, NaN and infinities do not survive: the first become U+FFFD, the
//     others are an encoding error. Numbers decoded into an `any` are float64.
//   - A nil slice or map is null and stays nil; a []byte is base64, a third longer than the bytes.
//   - [Of] refuses types that encoding/json would lose silently: those without any exported field, such as
//     atomic.Int64 or a type defined over time.Time, unless the field that has the type is tagged
//     `json:"-"`; structs that take a method such as MarshalJSON from an embedded field, since it would
//     stand for all of them; and pointers that lead to themselves. What an `any` holds is left to
//     encoding/json.
//
// Hostile input: encoding/json bounds nesting at 10 000 levels and reads no length from the input,
// so memory grows only with bytes that were really received. Bytes after the value are refused.
package json
