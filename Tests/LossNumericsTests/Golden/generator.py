"""Numbers of xoshiro256** and SplitMix64, worked from their definitions, for SeededGeneratorTests.swift.

The jump is worked without the published polynomial: the transition of the state is a 256 × 256 matrix
over GF(2), and squaring it 128 times moves on by 2^128 numbers.
"""

MASK = (1 << 64) - 1


def rotl(x, k):
    return (x << k | x >> (64 - k)) & MASK


def splitmix(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        yield z ^ z >> 31


def advance(s):
    s0, s1, s2, s3 = s
    t = s1 << 17 & MASK
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    return s0, s1, s2, rotl(s3, 45)


def output(s):
    return rotl(s[1] * 5 & MASK, 7) * 9 & MASK


def draws(s, count):
    numbers = []
    for _ in range(count):
        numbers.append(output(s))
        s = advance(s)
    return numbers


def pack(s):
    return s[0] | s[1] << 64 | s[2] << 128 | s[3] << 192


def unpack(n):
    return tuple(n >> 64 * i & MASK for i in range(4))


def apply(columns, vector):
    result = 0
    for bit in range(256):
        if vector >> bit & 1:
            result ^= columns[bit]
    return result


def main():
    filler = splitmix(1234567)
    print("splitmix 1234567:", [next(filler) for _ in range(5)])
    print("state 1 2 3 4:", draws((1, 2, 3, 4), 10))
    filler = splitmix(42)
    seeded = tuple(next(filler) for _ in range(4))
    print("seed 42:", draws(seeded, 5))
    columns = [pack(advance(unpack(1 << bit))) for bit in range(256)]
    for _ in range(128):
        columns = [apply(columns, column) for column in columns]
    print("seed 42 after 2^128:", draws(unpack(apply(columns, pack(seeded))), 5))


main()
