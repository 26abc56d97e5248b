@echo off
rem Runs the command line with the Node that Spillway needs; the first use fetches it.
setlocal
set "SPILLWAY_NODE="
for /f "usebackq delims=" %%n in (`node "%~dp0tools\bootstrap.mjs" prepare`) do set "SPILLWAY_NODE=%%n"
if not defined SPILLWAY_NODE exit /b 1
if not defined NODE_COMPILE_CACHE set "NODE_COMPILE_CACHE=%~dp0.cache\compile"
"%SPILLWAY_NODE%" "%~dp0src\main.ts" %*
exit /b %ERRORLEVEL%
