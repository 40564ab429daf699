using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Conformance;

public sealed class PayloadTests
{
    private const string Key = "run/clause/key";

    [Property]
    public bool A_body_tells_its_key_version_writer_and_length(int seed, ushort extra, long version, int writer)
    {
        int length = Payload.SmallestFor(Key) + extra;
        PayloadReading reading = Payload.Read(Payload.Make(seed, Key, length, version, writer));
        return reading == new PayloadReading(PayloadState.Whole, Key, version, writer, length, length) && reading.FaultFor(Key) is null
            && reading.FaultFor("other") is not null;
    }

    [Property]
    public bool A_changed_byte_is_noticed(int seed, ushort extra, ushort at, byte change)
    {
        byte[] body = Payload.Make(seed, Key, Payload.SmallestFor(Key) + extra);
        body[at % body.Length] ^= (byte)(change | 1);
        return Payload.Read(body).FaultFor(Key) is not null;
    }

    [Property]
    public bool A_cut_or_extended_body_is_noticed(int seed, ushort extra, ushort cut)
    {
        byte[] body = Payload.Make(seed, Key, Payload.SmallestFor(Key) + extra);
        return Payload.Read(body.AsSpan(0, cut % body.Length)).FaultFor(Key) is not null && Payload.Read([.. body, 0]).State == PayloadState.Extended;
    }

    [Fact]
    public void Bodies_differ_by_seed_key_version_writer_and_length_only()
    {
        byte[][] bodies = [Payload.Make(1, Key, 50), Payload.Make(2, Key, 50), Payload.Make(1, "k", 50), Payload.Make(1, Key, 50, 2),
            Payload.Make(1, Key, 50, 1, 1), Payload.Make(1, Key, 49)];
        Assert.Equal(bodies.Length, bodies.Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(bodies[0], Payload.Make(1, Key, 50));
    }
}
