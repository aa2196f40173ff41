# PowerShell completion for kubia
# Speaks cobra's `__complete` protocol. Never evaluates what was typed.

$__kubiaCompleter = {
    param($WordToComplete, $CommandAst, $CursorPosition)

    # The words before the cursor, quotes taken off; the text of anything that would have to be evaluated.
    $before = @()
    $current = ''
    foreach ($element in $CommandAst.CommandElements) {
        if ($element.Extent.StartOffset -ge $CursorPosition) { break }
        $text = $element.Extent.Text
        if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $text = $element.Value }
        if ($element.Extent.EndOffset -lt $CursorPosition) {
            $before += $text
        } else {
            $current = $text.Substring(0, [Math]::Min($text.Length, $CursorPosition - $element.Extent.StartOffset))
        }
    }
    $program, $arguments = $before
    if (-not $program) { return }

    # Before 7.3 PowerShell drops an empty argument of a native program.
    $last = $current
    if ($last -eq '' -and ($PSVersionTable.PSVersion -lt [version]'7.3' -or $PSNativeCommandArgumentPassing -eq 'Legacy')) {
        $last = '""'
    }
    $help = $env:KUBIA_ACTIVE_HELP
    $env:KUBIA_ACTIVE_HELP = '0'
    try {
        $out = @(& $program __complete @arguments $last 2>$null)
    } finally {
        $env:KUBIA_ACTIVE_HELP = $help
    }
    if ($out.Count -eq 0 -or $out[-1] -notmatch '^:(\d+)$') { return }
    $directive = [int]$Matches[1]
    # Nothing returned lets PowerShell complete files.
    if ($directive -band 25) { return }

    # Of --flag=value only the value is answered.
    $flag = ''
    if ($current -match '^(-[^=]*=)') { $flag = $Matches[1] }
    $found = @(
        $out | Select-Object -SkipLast 1 | Where-Object { $_ -and -not $_.StartsWith('_activeHelp_ ') } | ForEach-Object {
            $name, $description = $_ -split "`t", 2
            $name = $flag + $name
            if ($name.StartsWith($current, [StringComparison]::Ordinal)) {
                if (-not $description) { $description = $name }
                $typed = $name
                if ($typed -match '[\s''"`$(){};&|<>@#,]') { $typed = "'" + $typed.Replace("'", "''") + "'" }
                [System.Management.Automation.CompletionResult]::new($typed, $name, 'ParameterValue', $description)
            }
        }
    )
    if (-not ($directive -band 32)) { $found = @($found | Sort-Object -Property ListItemText) }
    if ($found.Count) {
        $found
    } elseif ($directive -band 4) {
        '' # stops the completion of files
    }
}

Register-ArgumentCompleter -Native -CommandName kubia -ScriptBlock $__kubiaCompleter
# More names are served here: kubia completion powershell --alias NAME
