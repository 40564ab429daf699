using System.Net;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Reference;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud;

/// <summary>The web site of an application: one page with the reference engine in it, on a port of its own, and so of another origin than any endpoint.</summary>
internal sealed class NotesSite : IAsyncDisposable
{
    private readonly WebApplication _app;

    private NotesSite(WebApplication app, Uri address)
    {
        _app = app;
        Address = address;
    }

    /// <summary>Where the page is. Its host is not that of the endpoint either, though both are this machine.</summary>
    public Uri Address { get; }

    /// <summary>Bundles the page and serves it. Without Node, or the packages of the engine, the test is skipped.</summary>
    /// <param name="script">The file for the bundle.</param>
    public static async Task<NotesSite> StartAsync(string script)
    {
        try
        {
            await NodePackages.RequireAsync(TestContext.Current.CancellationToken);
            (int code, string output) = await NodePackages.RunAsync("node", "Page/bundle.mjs", script);
            Assert.True(code == 0, output);
        }
        catch (NodeUnavailableException unavailable)
        {
            Assert.Skip(unavailable.Message);
        }

        string page = Path.Combine(SourceTree.PropertiesFolder("Reference"), "Page", "page.html");
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.Run(http => http.Request.Path.Value switch
        {
            "/" => SendAsync(http, page, "text/html; charset=utf-8"),
            "/page.js" => SendAsync(http, script, "text/javascript; charset=utf-8"),
            _ => RefuseAsync(http),
        });
        await app.StartAsync();
        Uri listening = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return new NotesSite(app, new UriBuilder(listening) { Host = "localhost" }.Uri);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Task SendAsync(HttpContext http, string file, string type)
    {
        http.Response.ContentType = type;
        return http.Response.SendFileAsync(file);
    }

    private static Task RefuseAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
