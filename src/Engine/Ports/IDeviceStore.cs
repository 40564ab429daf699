namespace FireproofBench.Engine.Ports;

/// <summary>Everything that one database keeps on its device: data, heads, log and lock, from one provider.</summary>
/// <remarks>Keys of <see cref="Data"/> are relative to the database: <c>data/&lt;cid&gt;.car</c> for CAR files, <c>data/&lt;cid&gt;</c> for attachments.</remarks>
public interface IDeviceStore : IAsyncDisposable
{
    /// <summary>The objects of this database.</summary>
    IDataGateway Data { get; }

    /// <summary>The heads of this database.</summary>
    IMetadataGateway Metadata { get; }

    /// <summary>The upload log of this database.</summary>
    IWriteAheadLog WriteAheadLog { get; }

    /// <summary>The lock around a commit.</summary>
    ICommitLock CommitLock { get; }

    /// <summary>Makes what an empty database has on disk (folders, version files), leaves what is there, and reclaims what crashes left over.</summary>
    ValueTask PrepareAsync(CancellationToken cancellation);

    /// <summary>Removes every file of the database, its folders excepted, as the reference engine does.</summary>
    ValueTask DestroyAsync(CancellationToken cancellation);
}
