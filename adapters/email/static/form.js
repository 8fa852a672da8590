// Presets the time zone to the browser's own.
"use strict";
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const choice = document.getElementById("zone");
if ([...choice.options].some((option) => option.value === zone)) choice.value = zone;
