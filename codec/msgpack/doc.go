// Package msgpack puts MessagePack behind [codec.Codec], by way of vmihailenco/msgpack: for records
// that peers in other languages read, or whose Go types are met only at run time.
//
//	c := msgpack.Of[Order]()
//	buf, err = c.Append(buf[:0], &order)
//	err = c.Decode(buf, &order)
//
// Structs are maps from field name to value (tag `msgpack:"name"`), integers take their shortest
// form, and map keys are sorted for the map types the library knows how to sort (string keys with
// string, bool or any values). An `any` decodes to nil, bool, int64, uint64, float64, string, []byte,
// []any, map[string]any or time.Time.
//
// What differs from the other formats, because MessagePack or its library is so:
//
//   - Size encodes into a counter: it costs as much time as Append, but keeps no bytes.
//   - Append and Decode allocate inside the library. Append never grows dst beyond what stays in it.
//   - The library always copies, so DecodeBorrow is Decode.
//   - An integer too large for its Go field wraps around, as in the library; unknown fields are
//     skipped, and of a field named twice the last counts.
//   - A map within an `any` has strings as keys, in either direction.
//
// # Types
//
// [Of] refuses a type that the library would lose, or encode but not decode; its codec then returns
// [ErrValue] from every method. Such are channels, functions, complex numbers, uintptr, interfaces with
// methods other than error, pointers that lead to themselves, structs with two fields of one name or
// without any exported field, embedded pointers and scalars that are not exported, types that have one of
// MarshalText and UnmarshalText but not the other, and structs that take such a method from an embedded
// field, since it would stand for all of them. What an `any` holds is held to the same when it is encoded,
// except that it need not be decoded as the same type.
//
// # Hostile input
//
// The library recurses once per level and makes a slice of the length that the input claims. Every
// source is therefore walked once before it is decoded, without recursion or allocation: lengths and
// counts must fit in the bytes that are left ([ErrTruncated]), nesting must stay within [MaxDepth]
// ([ErrDepth]), every code must be one of the format ([ErrCode]), nothing may follow the value
// ([ErrTrailing]), and of the extensions only the specification's timestamp is read ([ErrExtension]),
// since the library would take the payload of one for a map. Where a source is so long that it could take
// more than [MaxMemory], it is walked again, along its Go type, and the memory counted ([ErrTooLarge]). Each
// comes as an [Error] with the offset. What the library then still refuses is [ErrValue].
package msgpack
