using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using Xunit;

namespace FireproofBench.Properties.Crypto;

/// <summary>What goes on with the keys of a database that was closed meanwhile.</summary>
public sealed class ErasedKeyTests
{
    private static readonly byte[] _plain = [1, 2, 3];

    [Fact]
    public void An_erased_key_seals_and_opens_nothing_and_is_not_copied()
    {
        FileKey key = FileKey.FromBytes([7, .. new byte[15]]);
        KeyRing ring = new(key);
        Cid name = SealedFile.NameOf(_plain);
        byte[] stored = SealedFile.Seal(key, _plain, name);
        ring.Dispose();
        _ = Assert.Throws<ObjectDisposedException>(() => SealedFile.Seal(key, _plain, name));
        _ = Assert.Throws<ObjectDisposedException>(() => SealedFile.Open(ring, stored, name));
        _ = Assert.Throws<ObjectDisposedException>(key.ExportBytes);
        _ = Assert.Throws<ObjectDisposedException>(key.Copy);
    }
}
