using System.Buffers.Binary;

namespace FireproofBench.Properties.Fuzz;

/// <summary>Changes seeds into inputs: one to four changes of the kinds that break decoders.</summary>
internal static class Mutation
{
    /// <summary>Longest input, in bytes: changes that would grow beyond it are cut.</summary>
    public const int MaxLength = 64 * 1024;

    private static readonly ulong[] _interesting =
    [
        0, 1, 23, 24, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, long.MaxValue, 1UL << 63, ulong.MaxValue,
    ];

    public static byte[] Of(IReadOnlyList<byte[]> seeds, Random random)
    {
        byte[] input = (byte[])seeds[random.Next(seeds.Count)].Clone();
        for (int left = random.Next(1, 5); left > 0; left--)
            input = Change(input, seeds, random);
        return input.Length <= MaxLength ? input : input[..MaxLength];
    }

    private static byte[] Change(byte[] input, IReadOnlyList<byte[]> seeds, Random random)
    {
        int at = random.Next(input.Length + 1);
        switch (random.Next(8))
        {
            case 0 when input.Length > 0:
                input[random.Next(input.Length)] ^= (byte)(1 << random.Next(8));
                return input;
            case 1 when input.Length > 0:
                input[random.Next(input.Length)] = (byte)_interesting[random.Next(7)];
                return input;
            case 2:
                return input[..at];
            case 3:
                byte[] other = seeds[random.Next(seeds.Count)];
                return [.. input.AsSpan(0, at), .. other.AsSpan(random.Next(other.Length + 1))];
            case 4:
                byte[] inserted = new byte[random.Next(1, 9)];
                random.NextBytes(inserted);
                return [.. input.AsSpan(0, at), .. inserted, .. input.AsSpan(at)];
            case 5:
                int end = Math.Min(input.Length, at + random.Next(1, 65));
                return [.. input.AsSpan(0, end), .. input.AsSpan(at, end - at), .. input.AsSpan(end)];
            case 6:
                return ChangeHead(input, at, random);
            default:
                Overwrite(input, at, random);
                return input;
        }
    }

    // The next byte that reads as a head of bytes, text, an array, a map or a tag claims another length, in any width.
    private static byte[] ChangeHead(byte[] input, int at, Random random)
    {
        while (at < input.Length && input[at] >> 5 is < 2 or 7)
            at++;
        if (at == input.Length)
            return input;
        ulong claim = random.Next(4) == 0 ? (ulong)random.Next(1000) : _interesting[random.Next(_interesting.Length)];
        Span<byte> argument = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(argument, claim);
        int width = random.Next(6);
        int info = width switch { 0 => (int)(claim % 24), 5 => 31, _ => 23 + width };
        ReadOnlySpan<byte> tail = width is 0 or 5 ? [] : argument[(8 - (1 << (width - 1)))..];
        return [.. input.AsSpan(0, at), (byte)((input[at] & 0xe0) | info), .. tail, .. input.AsSpan(at + 1)];
    }

    private static void Overwrite(byte[] input, int at, Random random)
    {
        Span<byte> number = stackalloc byte[8];
        ulong value = _interesting[random.Next(_interesting.Length)];
        if (random.Next(2) == 0)
            BinaryPrimitives.WriteUInt64BigEndian(number, value);
        else
            BinaryPrimitives.WriteUInt64LittleEndian(number, value);
        number = random.Next(2) == 0 ? number : number[4..];
        number[..Math.Min(number.Length, input.Length - at)].CopyTo(input.AsSpan(at));
    }
}
