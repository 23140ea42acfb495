<#
.SYNOPSIS
Moves old logs to an archive.
#>
using module ./Archive.psm1
param(
    [string]$Source = 'C:\Logs',
    [int]$Days = 30
)

Import-Module Storage
. ./helpers.ps1

$script:Moved = 0
$MaxSize = 100MB

enum ArchiveState {
    Waiting
    Done
}

class LogArchive : ArchiveBase {
    [string]$Path
    static [int]$Count = 0
    hidden [ArchiveState]$State

    LogArchive([string]$path) {
        $this.Path = $path
    }

    [void] Add([string]$file) {
        Compress-Archive -Path $file -DestinationPath $this.Path
        $this.State = [ArchiveState]::Done
    }

    static [LogArchive] Open([string]$path) {
        return [LogArchive]::new($path)
    }
}

# Finds files that are older than the given days.
function Get-OldLog {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$Folder
    )
    $limit = (Get-Date).AddDays(-$Days)
    Get-ChildItem $Folder -Recurse | Where-Object { $_.LastWriteTime -lt $limit }
}

filter Select-Large { if ($_.Length -gt $MaxSize) { $_ } }

foreach ($log in Get-OldLog -Folder $Source) {
    [LogArchive]::Open('logs.zip').Add($log.FullName)
    $script:Moved++
}
