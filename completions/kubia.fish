# fish completion for kubia                                -*- shell-script -*-
# Speaks cobra's `__complete` protocol. Never evaluates what was typed.

function __kubia_debug
    test -z "$BASH_COMP_DEBUG_FILE"; or printf '%s\n' "$argv" >>$BASH_COMP_DEBUG_FILE
end

# Ask the program, once a TAB: the values in __kubia_values, the directive in __kubia_directive.
function __kubia_request
    set -g __kubia_values
    set -g __kubia_directive 0
    set -l args
    for word in (commandline -opc)
        # A word that is one variable is looked up.
        if set -l name (string match -rg '^\$\{?([A-Za-z_]\w*)\}?$' -- $word)
            set -a args "$$name"
        else
            set -a args $word
        end
    end
    set -l raw (commandline -ct)
    set -l current (string unescape -- $raw 2>/dev/null); or set current (string replace -r '^[\'"]' '' -- $raw)
    set -lx KUBIA_ACTIVE_HELP 0
    __kubia_debug "calling: $args[1] __complete $args[2..-1] [$current]"
    set -l out ($args[1] __complete $args[2..-1] "$current" 2>/dev/null </dev/null)
    set -l directive (string match -rg '^:(\d+)$' -- $out[-1]); or return 1
    set -g __kubia_directive $directive
    set -e out[-1]
    __kubia_debug "directive: $directive" $out
    test (math "bitand($directive, 1)") -eq 0; or return 1
    # Of --flag=value only the value is answered.
    set -l before (string match -rg '^(-[^=]*=)' -- $current); or set before ''
    set -l value (string replace -- "$before" '' "$current")
    if test (math "bitand($directive, 8)") -ne 0
        set -l endings (string join '|' -- (string escape --style=regex -- $out))
        for file in (string split -f1 \t -- (__fish_complete_path "$value"))
            string match -rq -- "/\$|\.($endings)\$" $file; and set -ga __kubia_values $before$file
        end
        set -g __kubia_directive 4
        return 0
    else if test (math "bitand($directive, 16)") -ne 0
        set -ga __kubia_values $before(string split -f1 \t -- (__fish_complete_directories "$value" ''))
        set -g __kubia_directive 4
        return 0
    end
    for line in (string match -v -- '_activeHelp_ *' $out)
        test -n "$line"; and set -ga __kubia_values $before$line
    end
    # fish puts no space behind @=/:., ; behind another ending a second, longer value keeps the cursor at the word.
    if test (math "bitand($directive, 2)") -ne 0
        set -l fits (string match -- (string escape --style=glob -- "$current" 2>/dev/null; or echo $current)'*' $__kubia_values)
        if test (count $fits) -eq 1
            set -l name (string split -f1 \t -- $fits[1])
            string match -rq '[@=/:.,]$' -- $name; or set -g __kubia_values $name $name.
        end
    end
    return 0
end

# True: offer what the program gave. False: fish completes files.
function __kubia_ready
    __kubia_request; or return 1
    test (count $__kubia_values) -gt 0; and return 0
    test (math "bitand($__kubia_directive, 4)") -ne 0
end

function __kubia_offer
    if test (math "bitand($__kubia_directive, 32)") -ne 0
        printf '%s\n' $__kubia_values
    else
        printf '%s\n' $__kubia_values | sort
    end
end

complete -c kubia -e
complete -c kubia -k -n __kubia_ready -f -a '(__kubia_offer)'
# More names are served here: kubia completion fish --alias NAME
