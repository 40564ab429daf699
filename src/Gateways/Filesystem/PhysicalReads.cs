using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>Reading from the disk of this machine: four system calls on Linux (open, stat, read, close), the runtime's way elsewhere.</summary>
internal static class PhysicalReads
{
    /// <summary>Reads by system calls. As <see cref="IDisk.Read"/> says.</summary>
    public static unsafe DiskContent? Direct(string path, long offset, long length, int limit)
    {
        int file = UnixCalls.Open(path, UnixCalls.ReadOnly | UnixCalls.CloseOnExec);
        if (file < 0)
        {
            DiskException failure = FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), path);
            return failure.Failure is DiskFailure.Missing or DiskFailure.NotFolder ? null : throw failure;
        }

        try
        {
            if (UnixCalls.Stat(file, out DiskStat stat) < 0)
                throw FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), path);
            if (stat.IsFolder)
                return null;
            byte[] bytes = Allocate(stat.Length, offset, length, limit, path);
            int done = 0;
            fixed (byte* first = bytes)
            {
                while (done < bytes.Length)
                {
                    nint got = UnixCalls.Read(file, first + done, bytes.Length - done, offset + done);
                    if (got < 0)
                        throw FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), path);
                    if (got == 0)
                        throw Shortened(path, done, bytes.Length);
                    done += (int)got;
                }
            }

            return new DiskContent(bytes, stat);
        }
        finally
        {
            _ = UnixCalls.Close(file);
        }
    }

    /// <summary>Reads by the runtime. As <see cref="IDisk.Read"/> says.</summary>
    public static DiskContent? ThroughRuntime(string path, long offset, long length, int limit)
    {
        try
        {
            if (Directory.Exists(path))
                return null;
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            DiskStat stat = Describe(file);
            byte[] bytes = Allocate(stat.Length, offset, length, limit, path);
            for (int done = 0; done < bytes.Length;)
            {
                int got = RandomAccess.Read(file, bytes.AsSpan(done), offset + done);
                if (got == 0)
                    throw Shortened(path, done, bytes.Length);
                done += got;
            }

            return new DiskContent(bytes, stat);
        }
        catch (Exception exception) when (FilesystemFailures.IsFileFailure(exception))
        {
            DiskException failure = FilesystemFailures.FromException(exception, path);
            return failure.Failure is DiskFailure.Missing or DiskFailure.NotFolder ? null : throw failure;
        }
    }

    /// <summary>What stands under a path, as the runtime tells it: without the file's identity.</summary>
    public static DiskStat? StatThroughRuntime(string path)
    {
        try
        {
            FileInfo file = new(path);
            if (file.Exists)
                return new DiskStat(false, file.Length, file.LastWriteTimeUtc.Ticks, 0, 0, 0, 0);
            DirectoryInfo folder = new(path);
            return folder.Exists ? new DiskStat(true, 0, folder.LastWriteTimeUtc.Ticks, 0, 0, 0, 0) : null;
        }
        catch (Exception exception) when (FilesystemFailures.IsFileFailure(exception))
        {
            throw FilesystemFailures.FromException(exception, path);
        }
    }

    /// <summary>What an open file is, as the runtime tells it.</summary>
    public static DiskStat Describe(SafeFileHandle file) =>
        new(false, RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file).Ticks, 0, 0, 0, 0);

    private static byte[] Allocate(long fileLength, long offset, long length, int limit, string path)
    {
        long wanted = Math.Min(length, Math.Max(0, fileLength - offset));
        if (wanted > limit)
            throw new DiskException(DiskFailure.TooLarge, path, $"{wanted} bytes, and {limit} is the limit");
        return wanted == 0 ? [] : GC.AllocateUninitializedArray<byte>((int)wanted);
    }

    private static DiskException Shortened(string path, int got, int wanted) =>
        new(DiskFailure.Shortened, path, $"{got} of {wanted} bytes were there");
}
