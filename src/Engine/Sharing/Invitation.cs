using System.Security.Cryptography;
using System.Text;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Crypto;

namespace FireproofBench.Engine.Sharing;

/// <summary>What a device needs to take part in a database: its name, its keys, and where it is. Erased when disposed of, and never printed.</summary>
public sealed class Invitation : IDisposable
{
    /// <summary>Longest name of a database, in bytes of UTF-8.</summary>
    public const int MaxNameLength = 1024;

    /// <summary>Longest place, in bytes of UTF-8.</summary>
    public const int MaxRemoteLength = 4096;

    /// <summary>An invitation.</summary>
    /// <param name="databaseName">The database.</param>
    /// <param name="keys">Its keys; they belong to the invitation from now on.</param>
    /// <param name="remote">Where it is; null to leave that out.</param>
    /// <exception cref="InvitationException">BeyondLimits for a name or place that is empty, too long, or holds control characters, and for too many keys.</exception>
    public Invitation(string databaseName, KeyRing keys, string? remote)
    {
        Check("the name of the database", databaseName, MaxNameLength);
        if (remote is not null)
            Check("the place of the database", remote, MaxRemoteLength);
        if (keys.Keys.Length > KeyRing.MaxKeys)
            throw new InvitationException(InvitationFault.BeyondLimits, $"{keys.Keys.Length} keys, and {KeyRing.MaxKeys} is the limit");
        DatabaseName = databaseName;
        Keys = keys;
        Remote = remote;
    }

    /// <summary>The database.</summary>
    public string DatabaseName { get; }

    /// <summary>All of its keys, and which one seals.</summary>
    public KeyRing Keys { get; }

    /// <summary>Where it is; null when that was left out.</summary>
    public string? Remote { get; }

    /// <summary>Erases the keys.</summary>
    public void Dispose() => Keys.Dispose();

    /// <summary>The content in DAG-CBOR: <c>{keys: [bytes…], name, remote?}</c>, the key that seals first. It holds the keys: the caller erases it.</summary>
    internal byte[] ToBytes()
    {
        var writer = new DagCborWriter(64 + (Keys.Keys.Length * 40) + ((DatabaseName.Length + (Remote?.Length ?? 0)) * 3));
        writer.WriteMapHeader(Remote is null ? 2 : 3);
        writer.WriteText("keys"u8);
        writer.WriteArrayHeader(Keys.Keys.Length);
        foreach (FileKey key in Keys.Keys.OrderBy(key => key.Fingerprint != Keys.Sealing.Fingerprint))
        {
            byte[] raw = key.ExportBytes();
            writer.WriteBytes(raw);
            CryptographicOperations.ZeroMemory(raw);
        }

        writer.WriteText("name"u8);
        writer.WriteText(DatabaseName);
        if (Remote is not null)
        {
            writer.WriteText("remote"u8);
            writer.WriteText(Remote);
        }

        byte[] content = writer.Written.ToArray();
        writer.Erase();
        return content;
    }

    /// <summary>Reads the content.</summary>
    /// <exception cref="InvitationException">Damaged when it is not of the form, BeyondLimits as the constructor says.</exception>
    internal static Invitation Read(ReadOnlySpan<byte> content)
    {
        List<FileKey> keys = [];
        try
        {
            var reader = new DagCborReader(content);
            int fields = reader.ReadMapHeader();
            reader.ReadKey("keys"u8);
            for (int left = reader.ReadArrayHeader(); left > 0; left--)
            {
                ReadOnlySpan<byte> raw = reader.ReadBytes();
                if (raw.Length is not (16 or 24 or 32))
                    throw reader.Fail("a key has none of the lengths of AES");
                keys.Add(FileKey.FromBytes(raw));
            }

            reader.ReadKey("name"u8);
            string name = Encoding.UTF8.GetString(reader.ReadText());
            string? remote = null;
            if (fields == 3)
            {
                reader.ReadKey("remote"u8);
                remote = Encoding.UTF8.GetString(reader.ReadText());
            }

            reader.ReadEnd();
            if (fields is not (2 or 3) || keys.Count == 0)
                throw reader.Fail("no keys, or fields that nobody knows");
            return new Invitation(name, new KeyRing([.. keys], keys[0]), remote);
        }
        catch (Exception e) when (e is DagCborException or InvitationException)
        {
            foreach (FileKey key in keys)
                key.Dispose();
            if (e is InvitationException)
                throw;
            throw new InvitationException(InvitationFault.Damaged, "what is sealed in the invitation is not of its form: ask for another one", e);
        }
    }

    // What is shown on a terminal must not steer it.
    private static void Check(string what, string text, int longest)
    {
        if (text.Length == 0 || Encoding.UTF8.GetByteCount(text) > longest || text.Any(char.IsControl))
            throw new InvitationException(InvitationFault.BeyondLimits, $"{what} has to have 1 to {longest} bytes and no control characters");
    }
}
