using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Pail;
using FireproofBench.Micro.Benchmarks;
using FireproofBench.Micro.Running;
using FireproofBench.Micro.Stages;
using Xunit;

namespace FireproofBench.Properties.Micro;

/// <summary>Each benchmark, called a few times, does what its name says. How fast it is, is no matter here.</summary>
public sealed class MicroBenchmarkTests
{
    public static TheoryData<string, string> All
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (Type type in MicroRun.Benchmarks)
            {
                foreach (object? value in Values(type))
                    all.Add(type.Name, value?.ToString() ?? "");
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Every_benchmark_runs_and_its_limit_is_work(string name, string value)
    {
        Type type = MicroRun.Benchmarks.Single(type => type.Name == name);
        object benchmark = Activator.CreateInstance(type)!;
        if (Parameter(type) is { } parameter)
            parameter.SetValue(benchmark, int.Parse(value, System.Globalization.CultureInfo.InvariantCulture));
        await CallAsync<GlobalSetupAttribute>(benchmark);
        await CallAsync<IterationSetupAttribute>(benchmark);
        MethodInfo[] methods = [.. type.GetMethods().Where(static method => method.IsDefined(typeof(BenchmarkAttribute)))];
        Assert.Single(methods, static method => method.GetCustomAttribute<BenchmarkAttribute>()!.Baseline);
        Assert.True(methods.Length >= 2, name);
        foreach (MethodInfo method in methods)
        {
            Assert.NotNull(await Awaited(method.Invoke(benchmark, null)));
            Assert.NotNull(await Awaited(method.Invoke(benchmark, null)));
        }

        await CallAsync<GlobalCleanupAttribute>(benchmark);
    }

    [Fact]
    public void Every_class_of_benchmarks_is_listed() => Assert.Equal(
        typeof(CommitBenchmarks).Assembly.GetTypes().Where(static type => type.GetMethods().Any(static method => method.IsDefined(typeof(BenchmarkAttribute)))).Select(static type => type.Name).Order(),
        MicroRun.Benchmarks.Select(static type => type.Name).Order());

    [Theory]
    [InlineData(2048)]
    [InlineData(16 * 1024)]
    [InlineData(900_000)]
    public async Task A_commit_of_the_benchmark_is_the_file_of_a_real_one_and_its_limit_counts_each_of_its_bytes(int size)
    {
        using CommitStage stage = await CommitStage.CreateAsync();
        JsonElement json = MicroDocuments.Text(500, size);
        (IReadOnlyList<Block> blocks, ReadOnlyMemory<byte> file) = await stage.CaptureAsync(json);

        Block document = Document.From(json).Block;
        Assert.InRange(document.Bytes.Length, size - 20, size + 20);
        Assert.Contains(blocks, block => block.Cid == document.Cid && block.Bytes.Span.SequenceEqual(document.Bytes.Span));
        Assert.All(blocks, static block => Assert.True(block.Cid.Names(block.Bytes.Span)));
        Assert.Equal(file.ToArray(), CarWriter.Write([blocks[0].Cid], [.. blocks]));

        // The same state before each commit: the same document makes the same file again, another one another.
        (_, ReadOnlyMemory<byte> again) = await stage.CaptureAsync(json);
        (_, ReadOnlyMemory<byte> other) = await stage.CaptureAsync(MicroDocuments.Text(501, size));
        Assert.Equal(file.ToArray(), again.ToArray());
        Assert.NotEqual(file.ToArray(), other.ToArray());

        using var limit = PhysicalLimit.OfCommit(blocks, file);
        Assert.Equal(file.Length, limit.SealedLength);
        Assert.Equal(file.Length + blocks.Sum(static block => (long)block.Bytes.Length), limit.HashedLength);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_commit_allocates_the_document_and_the_file_and_nothing_else_that_grows_with_them(bool hasManyFields)
    {
        using CommitStage stage = await CommitStage.CreateAsync();
        Func<int, int, JsonElement> make = hasManyFields ? MicroDocuments.Fields : MicroDocuments.Text;
        (long small, int smallFile) = await AllocatedAsync(stage, make(500, 300_000));
        (long large, int largeFile) = await AllocatedAsync(stage, make(500, 900_000));
        Assert.InRange(large - small, 0, 2.02 * (largeFile - smallFile));
    }

    [Fact]
    public async Task Documents_files_and_keys_come_back_as_they_were()
    {
        var cbor = new CborBenchmarks { Bytes = 2048 };
        cbor.SetUp();
        Assert.Equal(Encoding.UTF8.GetString(cbor.Encode().ToUtf8Json()), Encoding.UTF8.GetString(cbor.Decode()));
        Assert.InRange(cbor.Encode().Body.Length, 1500, 3000);

        var car = new CarBenchmarks { Blocks = 10 };
        car.SetUp();
        Assert.Equal(10, car.Read()!.Blocks.Count);
        Assert.Equal(CidCodec.Car, car.Write().Codec);

        var seal = new SealBenchmarks { Bytes = 2048 };
        var open = new OpenBenchmarks { Bytes = 2048 };
        seal.SetUp();
        open.SetUp();
        Assert.True(seal.Seal().Length > 2048);
        Assert.Equal(MicroDocuments.Bytes(2048), open.Open());

        var keys = new KeyBenchmarks { Keys = 20 };
        keys.SetUp();
        Assert.Equal(20, keys.Unwrap());
        var invitation = new InvitationBenchmarks();
        invitation.SetUp();
        Assert.Equal(1, invitation.Open());
    }

    [Fact]
    public async Task Pails_and_clocks_come_to_what_is_known_of_them()
    {
        var put = new PailPutBenchmarks { Documents = 100 };
        await put.SetUp();
        PailChange change = await put.Put();
        Assert.Equal(change.Root, change.Additions[^1].Cid);
        var batch = new PailBatchBenchmarks { Documents = 10_000 };
        await batch.SetUp();
        Assert.True((await batch.Batch()).Additions.Count > 100);

        var clock = new ClockBenchmarks { Branch = 10 };
        await clock.SetUp();
        BranchedHistory history = await BranchedHistory.CreateAsync(10);
        Assert.Equal(history.Ancestor, await clock.Ancestor());
        Assert.Equal([history.Heads[1], history.Next], await clock.Advance());
        Assert.Equal(20, history.Branches.Count());
        var resolution = new ResolutionBenchmarks { Branch = 10 };
        await resolution.SetUp();
        PailChange resolved = await resolution.Resolve();
        history.Shards.Add(resolved);
        Assert.Equal(120, (await CountAsync(history.Shards, resolved.Root)));
    }

    [Fact]
    public async Task A_commit_to_memory_can_be_read_back()
    {
        var commit = new MemoryCommitBenchmarks { Bytes = 2048 };
        await commit.SetUp();
        commit.Begin();
        PutResult first = await commit.Put();
        PutResult second = await commit.Put();
        Assert.NotEqual(first.Ids[0], second.Ids[0]);
        Assert.NotEqual(first.Heads, second.Heads);
        await commit.CleanUp();
    }

    // The least of several: memory that was lent before may have been taken by another test.
    private static async Task<(long Allocated, int File)> AllocatedAsync(CommitStage stage, JsonElement json)
    {
        long least = long.MaxValue;
        int file = 0;
        for (int i = 0; i < 10; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ValueTask<int> commit = stage.CommitAsync(json);
            Assert.True(commit.IsCompleted, "a commit on files in memory does not wait");
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            file = await commit;
        }

        return (least, file);
    }

    private static async Task<int> CountAsync(IShardSource shards, Cid root)
    {
        int count = 0;
        await foreach (KeyValuePair<string, Cid> _ in PailEntries.WalkAsync(shards, root, KeyRange.All, CancellationToken.None))
            count++;
        return count;
    }

    private static PropertyInfo? Parameter(Type type) => type.GetProperties().SingleOrDefault(static property => property.IsDefined(typeof(ParamsAttribute)));

    private static ImmutableArray<object?> Values(Type type) => Parameter(type) is { } parameter ? [.. parameter.GetCustomAttribute<ParamsAttribute>()!.Values] : [null];

    private static async Task CallAsync<T>(object benchmark)
        where T : Attribute
    {
        foreach (MethodInfo method in benchmark.GetType().GetMethods().Where(static method => method.IsDefined(typeof(T))))
            await Awaited(method.Invoke(benchmark, null));
    }

    private static async Task<object?> Awaited(object? result)
    {
        if (result?.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
            result = type.GetMethod("AsTask")!.Invoke(result, null);
        if (result is not Task task)
            return result;
        await task;
        return task.GetType().GetProperty("Result")?.GetValue(task) ?? task;
    }
}
