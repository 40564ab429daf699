using System.Globalization;
using FireproofBench.S3Bench;

// [--out FOLDER] [--rounds 7] [--seconds 5] [--concurrency 16] [--bytes 1073741824]
// The S3 gateway beside a bare loop over the client library, and the memory that a large object takes through the S3 and the WebDAV gateway.
if (Settings.Read(args) is not { } settings)
{
    Console.Error.WriteLine("[--out FOLDER] [--rounds N] [--seconds N] [--concurrency N] [--bytes N]");
    return 2;
}

if (settings.Memory is { } side)
{
    await TransferMemory.MeasureAsync(side, settings.Bytes);
    return 0;
}

using Amazon.S3.AmazonS3Client client = Store.Client();
await using FireproofBench.Gateways.S3.S3DataGateway gateway = Store.Open();
string rates = await new Throughput(settings, client, gateway).RunAsync();
string memory = await TransferMemory.RunAsync(settings);
string report = string.Create(
    CultureInfo.InvariantCulture,
    $"""
    # The S3 gateway, measured

    Medians of {settings.Rounds} rounds of {settings.Seconds} s by turns, {settings.Concurrency} requests under way; {Environment.ProcessorCount} processors, which the store shares.

    {rates}
    One large object up and down again, each gateway in a process of its own.

    {memory}
    """);
if (settings.Out is { } folder)
{
    _ = Directory.CreateDirectory(folder);
    await File.WriteAllTextAsync(Path.Combine(folder, "s3-gateway.md"), report);
}

Console.WriteLine(report);
return 0;
