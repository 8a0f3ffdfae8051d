{#- Whether a text matches a regular expression somewhere, in any case; no text matches none. -#}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches')(text, pattern)) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    coalesce({{ text }} ~* {{ dbt.string_literal(dbt.escape_single_quotes(pattern)) }}, false)
{%- endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    coalesce(
        regexp_matches({{ text }}, {{ dbt.string_literal(dbt.escape_single_quotes(pattern)) }}, 'i'),
        false
    )
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
    coalesce({{ text }} rlike r'(?iu){{ dbt.escape_single_quotes(pattern) }}', false)
{%- endmacro %}


{#- Whether a text holds one of the words of a pattern, whole: with no letter or digit of any script
    on either side. (`\b` knows Latin letters only.) -#}
{% macro holds_word(text, words) -%}
    {{ return(adapter.dispatch('holds_word')(text, words)) }}
{%- endmacro %}

{% macro default__holds_word(text, words) -%}
    {{ matches(text, '(^|[^\\p{L}\\p{N}])(' ~ words ~ ')($|[^\\p{L}\\p{N}])') }}
{%- endmacro %}

{% macro postgres__holds_word(text, words) -%}
    {{ matches(text, '(^|[^[:alnum:]])(' ~ words ~ ')($|[^[:alnum:]])') }}
{%- endmacro %}


{#- The values of a list variable, as SQL has a list; one that is empty holds nothing. -#}
{% macro values_of(variable) -%}
    (
        {%- for value in var(variable) -%}
        {{ dbt.string_literal(dbt.escape_single_quotes(value)) }}, {% endfor -%}
        null
    )
{%- endmacro %}


{#- The value of a text variable. -#}
{% macro text_of(variable) -%}
    {{ dbt.string_literal(dbt.escape_single_quotes(var(variable))) }}
{%- endmacro %}


{#- What two e-mail addresses are compared by (0.10); a blank one is nobody's. -#}
{% macro email_key(address) -%}
    lower({{ trimmed(address) }})
{%- endmacro %}


{#- The domain of an e-mail key: what stands after its last @. -#}
{% macro mail_domain(email) -%}
    case when {{ email }} like '%@%' then nullif({{ dbt.split_part(email, "'@'", -1) }}, '') end
{%- endmacro %}
