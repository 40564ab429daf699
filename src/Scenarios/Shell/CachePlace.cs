using System.Security.Cryptography;
using System.Text;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Scenarios.Shell;

/// <summary>Where files of databases that are far away are kept on this machine.</summary>
/// <param name="Folder">The folder of all caches.</param>
/// <param name="MaxLength">Bytes that the cache of one database may hold.</param>
internal sealed record CachePlace(string Folder, long MaxLength)
{
    /// <summary>Puts the cache of a database in front of its store.</summary>
    /// <param name="store">The store, which then belongs to the result.</param>
    /// <param name="url">Its URL, without credentials: the same name at two places may be two databases.</param>
    /// <param name="name">The database.</param>
    /// <param name="entropy">Names of temporary files.</param>
    public IDeviceStore Before(IDeviceStore store, string url, string name, IEntropy entropy)
    {
        string own = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{url}\n{name}")).AsSpan(0, 16));
        return new CachedDeviceStore(
            store, new CacheOptions { Folder = Path.Combine(Folder, own), Time = TimeProvider.System, Entropy = entropy, MaxLength = MaxLength });
    }
}
