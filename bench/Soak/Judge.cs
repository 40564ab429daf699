using System.Diagnostics;
using System.Globalization;

namespace FireproofBench.Soak;

/// <summary>Starts the devices, kills them at random, brings all to rest once a minute, and compares what they hold.</summary>
internal sealed class Judge(SoakOptions options)
{
    private const int MostRounds = 60;

    private readonly Random _dice = new(options.Seed);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<DeviceProcess> _devices = [];
    private int _kills;

    public async Task<int> RunAsync()
    {
        Directory.CreateDirectory(options.Folder);
        Log($"{options.Devices} devices over {string.Join(", ", options.Remotes)}; {options.Minutes} minutes, seed {options.Seed}");
        try
        {
            // The first one begins the database and sends it before the others come.
            for (int i = 0; i < options.Devices; i++)
            {
                _devices.Add(new DeviceProcess(options, i));
                await _devices[i].StartAsync();
                if (i == 0)
                {
                    await _devices[0].SayAsync("rest", "rested");
                    await _devices[0].GoOnAsync();
                }
            }

            int rests = 0;
            while (_clock.Elapsed < TimeSpan.FromMinutes(options.Minutes))
            {
                await DisturbAsync(TimeSpan.FromSeconds(45));
                await RestAsync();
                rests++;
            }

            foreach (DeviceProcess device in _devices)
                await device.EndAsync();
            Log($"sound: {rests} rests, {_kills} kills, {_devices.Sum(static device => device.Writes)} acknowledged writes, {_clock.Elapsed.TotalMinutes:F1} minutes");
            Directory.Delete(options.Folder, recursive: true);
            return 0;
        }
        catch (InvalidOperationException fault)
        {
            Log($"FAULT: {fault.Message}; the folders are kept in {options.Folder}");
            return 1;
        }
    }

    private async Task DisturbAsync(TimeSpan length)
    {
        TimeSpan end = _clock.Elapsed + length;
        while (_clock.Elapsed < end)
        {
            await Task.Delay(_dice.Next(500, 4000));
            DeviceProcess device = _devices[_dice.Next(_devices.Count)];
            await device.KillAsync();
            _kills++;
            await Task.Delay(_dice.Next(1000));
            await device.StartAsync();
        }
    }

    // What one sends in a round, the others have in the next; several rounds until all heads are the same.
    private async Task RestAsync()
    {
        string[] heads = [];
        int round = 0;
        do
        {
            if (++round > MostRounds)
                throw new InvalidOperationException($"after {MostRounds} rounds of rest the heads still differ: {string.Join(" | ", heads.Distinct())}");
            if (round > 3)
                await Task.Delay(500);
            heads = await Task.WhenAll(_devices.Select(static device => device.SayAsync("rest", "rested")));
        }
        while (round < 3 || heads.Distinct().Count() > 1 || heads[0].Contains(" or ", StringComparison.Ordinal));

        List<string> states = [];
        foreach (DeviceProcess device in _devices)
        {
            string state = await device.SayAsync("tell", "state");
            states.Add(state);
            if (device == _devices[0])
                Check(await device.AnswerAsync("live"));
        }

        if (states.Distinct().Count() > 1)
            throw new InvalidOperationException($"the states differ:\n{string.Join('\n', states)}");
        string[] parts = states[0].Split(' ');
        foreach (DeviceProcess device in _devices)
            await device.GoOnAsync();
        Log($"at rest after {round} rounds: {parts[3]} ids, {parts[4].Count(static letter => letter == ',') + 1} heads, hash {parts[1][..12]}; {_kills} kills, {_devices.Sum(static device => device.Writes)} acknowledged writes");
    }

    private void Check(string live)
    {
        Dictionary<string, int> numbers = live.Split(' ').Skip(1).Select(static item => item.Split('=')).ToDictionary(
            static item => item[0], static item => int.Parse(item[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
        foreach (DeviceProcess device in _devices)
        {
            foreach ((string id, int number) in device.Put)
            {
                if (!numbers.TryGetValue(id, out int there) || there < number)
                    throw new InvalidOperationException($"an acknowledged write is lost: {id} has {(numbers.ContainsKey(id) ? there : "nothing")}, acknowledged was {number}");
            }

            foreach (string id in device.Deleted.Keys)
            {
                if (numbers.ContainsKey(id))
                    throw new InvalidOperationException($"a delete is lost: {id} is there");
            }
        }
    }

    private void Log(string line) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed:hh\\:mm\\:ss} {line}"));
}
