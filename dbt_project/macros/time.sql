{#- Calendar and clock. Instants are UTC timestamps without a zone; a zone is an SQL expression. -#}

{% macro utc_to_local(instant, zone) -%}
    {{ return(adapter.dispatch('utc_to_local')(instant, zone)) }}
{%- endmacro %}

{% macro default__utc_to_local(instant, zone) -%}
    timezone({{ zone }}, timezone('UTC', {{ instant }}))
{%- endmacro %}

{% macro spark__utc_to_local(instant, zone) -%}
    from_utc_timestamp({{ instant }}, {{ zone }})
{%- endmacro %}


{#- The UTC instant of a local time. One that occurs twice is the first; one that does not exist
    moves forward by the gap. Both follow from taking the zone's offset of the day before wherever
    it fits, and where neither day's fits: databases differ here, and DuckDB takes the second. -#}
{% macro local_to_utc(local_time, zone) -%}
    {%- set before = utc_by_offset_of(local_time, zone, '-') -%}
    {%- set after = utc_by_offset_of(local_time, zone, '+') -%}
    case
        when {{ utc_to_local(before, zone) }} = {{ local_time }} then {{ before }}
        when {{ utc_to_local(after, zone) }} = {{ local_time }} then {{ after }}
        else {{ before }}
    end
{%- endmacro %}

{% macro utc_by_offset_of(local_time, zone, sign) -%}
    {%- set near -%} ({{ local_time }} {{ sign }} interval '1' day) {%- endset -%}
    ({{ local_time }} - ({{ utc_to_local(near, zone) }} - {{ near }}))
{%- endmacro %}


{% macro org_time_zone() -%} '{{ var("org_time_zone") }}' {%- endmacro %}


{#- The calendar day of an instant in the organisation's zone. -#}
{% macro org_date(instant) -%}
    cast({{ utc_to_local(instant, org_time_zone()) }} as date)
{%- endmacro %}


{#- 00:00 of a calendar day of the organisation, as a UTC instant. -#}
{% macro start_of_org_day(day) -%}
    {{ local_to_utc('cast(' ~ day ~ ' as timestamp)', org_time_zone()) }}
{%- endmacro %}


{#- A date that stands for an instant (0.3): 00:00 of that day, or the record's creation if that
    falls later on the same day. -#}
{% macro instant_of_date(day, created_at) -%}
    case
        when {{ org_date(created_at) }} = {{ day }} then {{ created_at }}
        else {{ start_of_org_day(day) }}
    end
{%- endmacro %}


{#- Whole microseconds from one instant to another: what is summed stays exact. -#}
{% macro microseconds_between(earlier, later) -%}
    {{ return(adapter.dispatch('microseconds_between')(earlier, later)) }}
{%- endmacro %}

{% macro default__microseconds_between(earlier, later) -%}
    {{ as_int('round(extract(epoch from (' ~ later ~ ' - ' ~ earlier ~ ')) * 1000000)') }}
{%- endmacro %}

{% macro duckdb__microseconds_between(earlier, later) -%}
    (epoch_us({{ later }}) - epoch_us({{ earlier }}))
{%- endmacro %}

{% macro spark__microseconds_between(earlier, later) -%}
    (unix_micros({{ later }}) - unix_micros({{ earlier }}))
{%- endmacro %}


{% macro seconds_between(earlier, later) -%}
    {{ as_double(microseconds_between(earlier, later)) }} / 1000000
{%- endmacro %}


{% macro days_between(earlier, later) -%}
    ({{ seconds_between(earlier, later) }}) / 86400
{%- endmacro %}


{#- The instant so many days (a number, whole or not) after another one. -#}
{% macro days_after(instant, days) -%}
    {{ dbt.dateadd('second', (days * 86400) | round | int, instant) }}
{%- endmacro %}


{#- A text that holds a date or an instant, as one of the two (the other is null). -#}
{% macro date_or_null(value) -%}
    case when length(trim({{ value }})) = 10 then cast(trim({{ value }}) as date) end
{%- endmacro %}

{% macro instant_or_null(value) -%}
    case
        when length(trim({{ value }})) > 10
            then cast(cast(trim({{ value }}) as {{ type_instant() }}) as timestamp)
    end
{%- endmacro %}

{% macro type_instant() -%} {{ adapter.dispatch('type_instant')() }} {%- endmacro %}

{% macro default__type_instant() %}timestamp with time zone{% endmacro %}

{% macro spark__type_instant() %}timestamp{% endmacro %}
