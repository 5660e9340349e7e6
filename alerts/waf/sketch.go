package waf

import (
	"hash/fnv"
	"math"
	"math/bits"
)

// sketchBits makes 4,096 registers of a byte: an error of about 1.6 %.
const sketchBits = 12

// sketch estimates how many different things it saw (HyperLogLog). Its hash is
// the same in every process, so that saved sketches can be merged.
type sketch struct{ registers []byte }

func (s *sketch) see(key []byte) {
	if s.registers == nil {
		s.registers = make([]byte, 1<<sketchBits)
	}
	f := fnv.New64a()
	f.Write(key)
	h := f.Sum64()
	h ^= h >> 33 // fnv alone leaves the upper bits of short texts poor
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	rank := byte(bits.LeadingZeros64(h<<sketchBits|1<<(sketchBits-1)) + 1)
	if at := h >> (64 - sketchBits); s.registers[at] < rank {
		s.registers[at] = rank
	}
}

func (s *sketch) merge(registers []byte) {
	if s.registers == nil {
		s.registers = make([]byte, 1<<sketchBits)
	}
	if len(registers) != len(s.registers) {
		return
	}
	for i, rank := range registers {
		s.registers[i] = max(s.registers[i], rank)
	}
}

func (s *sketch) estimate() int {
	m := float64(len(s.registers))
	if m == 0 {
		return 0
	}
	sum, empty := 0.0, 0.0
	for _, rank := range s.registers {
		sum += math.Ldexp(1, -int(rank))
		if rank == 0 {
			empty++
		}
	}
	e := 0.7213 / (1 + 1.079/m) * m * m / sum
	if e <= 2.5*m && empty > 0 {
		e = m * math.Log(m/empty)
	}
	return int(math.Round(e))
}
