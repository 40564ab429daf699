using System.Runtime.InteropServices;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>The system calls that the runtime does not offer, or offers only with checks before them that cost as much as the call.</summary>
/// <remarks>
/// Only functions without variable arguments, or with none of them passed: the calling convention of those differs on macOS. A result below 0 is a failure,
/// its number in <see cref="Marshal.GetLastPInvokeError"/>.
/// </remarks>
internal static unsafe partial class UnixCalls
{
    /// <summary>Open for reading.</summary>
    public const int ReadOnly = 0;

    /// <summary>Open for reading and writing.</summary>
    public const int ReadWrite = 2;

    /// <summary>Lock kinds of flock(2): the same everywhere.</summary>
    public const int LockShared = 1;

    /// <summary>Exclusive lock.</summary>
    public const int LockExclusive = 2;

    /// <summary>Do not wait.</summary>
    public const int LockNoWait = 4;

    /// <summary>Give the lock up.</summary>
    public const int Unlock = 8;

    /// <summary>Open for writing.</summary>
    public const int WriteOnly = 1;

    /// <summary>Create the file, which must not exist (Linux numbers).</summary>
    public const int CreateNew = 0x40 | 0x80;

    private const int Exchange = 2;
    private const long LeaveTime = 0x3ffffffe;
    private const int EmptyPath = 0x1000;
    private const int AtWorkingFolder = -100;
    private const uint BasicStats = 0x7ff;
    private const ushort TypeMask = 0xf000;
    private const ushort TypeFolder = 0x4000;
    private const long UnixEpochTicks = 621_355_968_000_000_000;

    /// <summary>Do not hand the file to child processes.</summary>
    public static int CloseOnExec { get; } = OperatingSystem.IsLinux() ? 0x80000 : 0x1000000;

    /// <summary>Whether stat and reads go straight to the system: 64-bit Linux, where the structures are known.</summary>
    public static bool HasDirectReads { get; } = OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Open(string path, int flags);

    // The third argument is passed where the convention for variable arguments is that of fixed ones: 64-bit Linux.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Truncate(int file, long length);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int MakeFolder(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int RemoveFolder(string path);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Lock(int file, int operation);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Read(int file, byte* buffer, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Write(int file, byte* buffer, nint count, long offset);

    /// <summary>Sets the time of the last change of content, and leaves that of the last reading.</summary>
    /// <returns>0, or below 0 with the number of the failure left behind.</returns>
    public static int SetModified(int file, long ticks)
    {
        // Two times (last reading, last change), each of seconds and nanoseconds.
        long* times = stackalloc long[4];
        long since = ticks - UnixEpochTicks;
        times[0] = 0;
        times[1] = LeaveTime;
        times[2] = since / TimeSpan.TicksPerSecond;
        times[3] = since % TimeSpan.TicksPerSecond * 100;
        return SetTimes(file, times);
    }

    /// <summary>Lets two files change names: renameat2(2), on Linux only.</summary>
    /// <returns>0, or below 0 with the number of the failure left behind.</returns>
    public static int ExchangeNames(string left, string right) => RenameExtended(AtWorkingFolder, left, AtWorkingFolder, right, Exchange);

    /// <summary>What stands under a path, through statx(2), whose structure is the same on every processor.</summary>
    /// <returns>0, or below 0 with the number of the failure left behind.</returns>
    public static int Stat(string path, out DiskStat stat)
    {
        byte* answer = stackalloc byte[256];
        int result = StatExtended(AtWorkingFolder, path, 0, BasicStats, answer);
        stat = result < 0 ? default : Parse(new ReadOnlySpan<byte>(answer, 256));
        return result;
    }

    /// <summary>What an open file is.</summary>
    /// <returns>0, or below 0 with the number of the failure left behind.</returns>
    public static int Stat(int file, out DiskStat stat)
    {
        byte* answer = stackalloc byte[256];
        int result = StatExtended(file, "", EmptyPath, BasicStats, answer);
        stat = result < 0 ? default : Parse(new ReadOnlySpan<byte>(answer, 256));
        return result;
    }

    /// <summary>Whether an open file has one name only, so that nobody keeps it under another.</summary>
    public static bool HasOneName(int file)
    {
        byte* answer = stackalloc byte[256];
        return StatExtended(file, "", EmptyPath, BasicStats, answer) >= 0 && *(uint*)(answer + 16) == 1;
    }

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetTimes(int file, long* times);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RenameExtended(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int StatExtended(int folder, string path, int flags, uint mask, byte* answer);

    // Offsets of struct statx: mode 28, inode 32, size 40, change time 96, modification time 112, device 136 and 140. A time is seconds (8 bytes), ns (4).
    private static DiskStat Parse(ReadOnlySpan<byte> answer)
    {
        ushort mode = MemoryMarshal.Read<ushort>(answer[28..]);
        long changed = unchecked((MemoryMarshal.Read<long>(answer[96..]) * 1_000_000_000) + MemoryMarshal.Read<uint>(answer[104..]));
        long seconds = MemoryMarshal.Read<long>(answer[112..]);
        uint nanoseconds = MemoryMarshal.Read<uint>(answer[120..]);
        ulong device = ((ulong)MemoryMarshal.Read<uint>(answer[136..]) << 32) | MemoryMarshal.Read<uint>(answer[140..]);

        // Times that a DateTime cannot hold (a file can carry any) are cut at its ends.
        long ticks = Math.Clamp(seconds, -62_135_596_800, 253_402_300_799) * TimeSpan.TicksPerSecond;
        return new DiskStat(
            (mode & TypeMask) == TypeFolder,
            MemoryMarshal.Read<long>(answer[40..]),
            UnixEpochTicks + ticks + (nanoseconds / 100),
            (int)(nanoseconds % 100),
            changed,
            device,
            MemoryMarshal.Read<ulong>(answer[32..]));
    }
}
