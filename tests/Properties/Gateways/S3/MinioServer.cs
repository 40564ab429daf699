using System.Globalization;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;

namespace FireproofBench.Properties.Gateways.S3;

/// <summary>MinIO in a container, where Docker is; it ends with the tests.</summary>
internal static class MinioServer
{
    private const string Image = "minio/minio:RELEASE.2025-04-22T22-12-26Z";
    private const int Port = 9000;

    /// <summary>Whether there is a Docker to ask.</summary>
    public static bool IsPossible => TestcontainersSettings.OS.DockerEndpointAuthConfig is not null;

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <returns>Lines as the scripts of other servers print them.</returns>
    public static async Task<string> StartAsync()
    {
        IContainer container = new ContainerBuilder(Image)
            .WithPortBinding(Port, assignRandomHostPort: true)
            .WithEnvironment("MINIO_ROOT_USER", "fireproofbench")
            .WithEnvironment("MINIO_ROOT_PASSWORD", "fireproofbench-secret")
            .WithCommand("server", "/data")
            .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(static request => request.ForPath("/minio/health/ready").ForPort(Port)))
            .Build();
        await container.StartAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => container.DisposeAsync().AsTask().Wait();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"S3_ENDPOINT=http://{container.Hostname}:{container.GetMappedPublicPort(Port)}\nS3_REGION=us-east-1\nS3_ACCESS_KEY=fireproofbench\nS3_SECRET_KEY=fireproofbench-secret\n");
    }
}
