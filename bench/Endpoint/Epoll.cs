using System.Runtime.InteropServices;

namespace FireproofBench.EndpointBench;

/// <summary>Linux's way to wait for many sockets on one thread. The runtime's own would hand each message to a pool of threads, and that would be measured too.</summary>
internal sealed partial class Epoll
{
    private const int Add = 1;
    private const uint Readable = 1;

    private readonly int _handle = Check(Create(0));
    private readonly Event[] _events = new Event[256];

    /// <summary>Watches a socket.</summary>
    public void Watch(int socket, int index)
    {
        Event wanted = new() { Events = Readable, Data = (ulong)index };
        _ = Check(Control(_handle, Add, socket, ref wanted));
    }

    /// <summary>Waits, and gives the indexes of those that can be read.</summary>
    public int Wait(Span<int> ready, int milliseconds)
    {
        int count = Wait(_handle, _events, Math.Min(_events.Length, ready.Length), milliseconds);
        for (int i = 0; i < count; i++)
            ready[i] = (int)_events[i].Data;
        return Math.Max(count, 0);
    }

    private static int Check(int result) => result >= 0 ? result : throw new InvalidOperationException($"errno {Marshal.GetLastPInvokeError()}");

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Control(int handle, int operation, int socket, ref Event wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Wait(int handle, [Out] Event[] events, int count, int milliseconds);

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Event
    {
        public uint Events;
        public ulong Data;
    }
}
