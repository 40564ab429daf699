using FireproofBench.Scenarios.CommandLine;

return await FireproofBenchCommand.RunAsync(args, Terminal.OfProcess(), StoreUrls.OpenAsync, CancellationToken.None);
