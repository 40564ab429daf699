using System.Net;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud.Traces;

// Files by the addresses that the endpoint gives out.
internal sealed partial class Replay
{
    private async Task PreflightAsync(TraceEntry entry)
    {
        Uri address = entry.Url.StartsWith("/data/", StringComparison.Ordinal) ? _addresses.Last(known => known.Recorded.PathAndQuery == entry.Url).Ours : new Uri(Server.Address, Prefix + entry.Url);
        using HttpRequestMessage request = new(HttpMethod.Options, address);
        foreach (string name in (string[])["origin", "access-control-request-method", "access-control-request-headers"])
        {
            if (entry.Header(name) is { } value)
                request.Headers.Add(name, value);
        }

        using HttpResponseMessage response = await _http.SendAsync(request, Ending);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        RequireOpenToAllPages(response);
        Assert.Contains(entry.Header("access-control-request-method"), string.Join(',', response.Headers.GetValues("Access-Control-Allow-Methods")).Split(','));
        if (entry.Header("access-control-request-headers") is { } wanted)
            Assert.Contains(wanted, string.Join(',', response.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.OrdinalIgnoreCase);
        Compared++;
    }

    private ReplayAddress AddressOf(TraceEntry entry) =>
        _addresses.First(address => address.Method == entry.Method && address.Recorded.AbsolutePath == entry.Url.Split('?')[0] && !address.Discards);

    private async Task PutAsync(ReplayAddress address, TraceEntry entry)
    {
        _addresses.Remove(address);
        Compared++;
        if (entry.Status is { } recorded && Expect(entry.Trace, "PUT", Text(recorded)) == TraceDifferences.Lost)
            return;
        byte[] bytes = new byte[entry.Size];
        new Random(entry.Line).NextBytes(bytes);
        using HttpRequestMessage request = new(HttpMethod.Put, address.Ours) { Content = new ByteArrayContent(bytes) };
        if (!address.Discards)
            address.Ledger.Files[address.Key] = bytes;
        using HttpResponseMessage response = await _http.SendAsync(request, Ending);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode} where the recorded server said {entry.Status}");
        RequireOpenToAllPages(response);
        bool isStored = Directory.EnumerateFiles(_folder.At("objects"), "*", SearchOption.AllDirectories).Any(file => new FileInfo(file).Length == bytes.Length && File.ReadAllBytes(file).AsSpan().SequenceEqual(bytes));
        Assert.Equal(!address.Discards, isStored);
    }

    private async Task GetAsync(ReplayAddress address, TraceEntry entry)
    {
        _addresses.Remove(address);
        Compared++;
        string expected = Expect(entry.Trace, "GET", Text((int)entry.Status!));
        using HttpResponseMessage response = await _http.GetAsync(address.Ours, Ending);
        Assert.Equal(expected, Text((int)response.StatusCode));
        RequireOpenToAllPages(response);
        Assert.Equal(expected == "200", address.Ledger.Files.TryGetValue(address.Key, out byte[]? bytes));
        if (bytes is not null)
            Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync(Ending));
    }
}
