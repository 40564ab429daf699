using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using Xunit;

namespace FireproofBench.Properties.Gateways;

/// <summary>What every data gateway promises; run over each of them.</summary>
public abstract partial class DataGatewayContract : IAsyncDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract IDataGateway Gateway { get; }

    /// <summary>Whether a delete tells that there was nothing; not every protocol does.</summary>
    private protected virtual bool DeletesTell => true;

    /// <summary>Whether an unusual key is kept; not every protocol can list every name. It is refused as InvalidName then.</summary>
    private protected virtual bool Keeps(string key) => true;

    /// <summary>Whether a put gives the version of what it stored.</summary>
    private protected virtual bool PutsTellVersions => true;

    /// <summary>Whether two contents of one length that were written right after each other have two versions.</summary>
    private protected virtual bool VersionsAreFine => true;

    /// <summary>Whether a reader sees the old or the new content while an object is replaced, and nothing else.</summary>
    private protected virtual bool ReplacesWhole => true;

    /// <summary>Moves on to an empty place, where a store remembers more than the keys that it has, such as folders.</summary>
    private protected virtual void Afresh()
    {
    }

    /// <summary>What the counts of long tests are divided by, for a store that is far away.</summary>
    private protected virtual int Shorter => 1;

    public virtual async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private int Short(int count) => Math.Max(1, count / Shorter);

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new SeededEntropy((ulong)seed).Fill(bytes);
        return bytes;
    }

    private static async Task<StorageErrorKind> KindAsync(Func<Task> act) => (await Assert.ThrowsAsync<StorageException>(act)).Kind;

    private async Task<string[]> KeysAsync(string prefix, int limit)
    {
        List<string> keys = [];
        string? after = null;
        do
        {
            ListPage page = await Gateway.ListAsync(prefix, after, limit, Token);
            Assert.True(page.Objects.Count <= limit);
            keys.AddRange(page.Objects.Select(o => o.Key));
            after = page.After;
        }
        while (after is not null);
        return [.. keys];
    }
}
