namespace FireproofBench.Load.Running;

/// <summary>Is told of a run while it goes on, by one caller at a time.</summary>
internal interface ILoadObserver
{
    /// <summary>The run prepares its data.</summary>
    /// <param name="what">What is done.</param>
    /// <param name="share">Of how much, 0 to 1; null for no known end.</param>
    void Preparing(string what, double? share);

    /// <summary>An interval is over, one of the warm-up too.</summary>
    void Ended(IntervalRow row);

    /// <summary>A step of an interval that is measured, as long as the call lasts.</summary>
    /// <param name="step">Its name.</param>
    /// <param name="at">When the interval began, from the start of the measured part.</param>
    /// <param name="length">How long it is.</param>
    /// <param name="totals">What it did.</param>
    void Keep(string step, TimeSpan at, TimeSpan length, StepTotals totals);
}
