using FireproofBench.Soak;

// Devices in processes of their own share one database over one remote store, or over several at once: they write, read, delete, compact, attach and detach at random, and are killed at
// random. Every minute all come to rest: then all must hold the same documents and heads, and every write that was acknowledged.
if (SoakOptions.Read(args) is not { } options)
{
    Console.Error.WriteLine(SoakOptions.Usage);
    return 2;
}

return options.Device is null ? await new Judge(options).RunAsync() : await new DeviceLoop(options).RunAsync();
