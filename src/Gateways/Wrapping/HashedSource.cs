using System.Security.Cryptography;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>A content source that hashes what is read from it on the way.</summary>
internal sealed class HashedSource
{
    public HashedSource(ContentSource source) => Source = new ContentSource(
        source.Length,
        async cancellation => new HashingStream(await source.OpenAsync(cancellation), content => Content = content),
        source.CanReopen);

    /// <summary>The source to read from.</summary>
    public ContentSource Source { get; }

    /// <summary>The content id of its bytes, raw; null before anybody has read them to the end.</summary>
    public Cid? Content { get; private set; }

    private sealed class HashingStream(Stream inner, Action<Cid> ended) : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private bool _ended;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await inner.ReadAsync(buffer, cancellationToken);
            if (read > 0)
                _hash.AppendData(buffer.Span[..read]);
            else if (!_ended && !buffer.IsEmpty)
                End();
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read with ReadAsync.");

        public override void Flush()
        {
            // Nothing is written.
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask DisposeAsync()
        {
            _hash.Dispose();
            await inner.DisposeAsync();
            await base.DisposeAsync();
        }

        private void End()
        {
            _ended = true;
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            _ = _hash.GetCurrentHash(digest);
            ended(Cid.FromDigest(CidCodec.Raw, digest));
        }
    }
}
